package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Secret;
import dev.echelon.domain.Ticker;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a probe sends, and what it makes of what comes. */
class ProbeCallTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Dialects DIALECTS = Dialects.standard(Clock.systemUTC());

    private static Vertx vertx;
    private static ModelClient client;

    private FakeProvider provider;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        client = new ModelClient(vertx, 1, Ticker.SYSTEM);
    }

    @AfterAll
    static void close() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @BeforeEach
    void startProvider() {
        provider = FakeProvider.start();
    }

    @AfterEach
    void stopProvider() {
        provider.close();
    }

    private static Upstream upstream(String dialect, String baseUrl, String key) {
        return new Upstream(
                "up", DIALECTS.get(dialect), URI.create(baseUrl), new Secret(key), "m", ConnectionRules.DEFAULT);
    }

    private Optional<FailureKind> probe() throws Exception {
        return probe(upstream("openai", provider.baseUrl() + "/v1", "sk-1"), LONG);
    }

    /** Empty when the provider is there. */
    private static Optional<FailureKind> probe(Upstream upstream, Duration timeout) throws Exception {
        CompletableFuture<Optional<FailureKind>> outcome = new CompletableFuture<>();
        Scheduler scheduler = new EventLoops(vertx).current();
        scheduler.execute(() -> client.probe(upstream, timeout.toNanos(), scheduler, failure -> assertThat(
                        outcome.complete(Optional.ofNullable(failure)))
                .isTrue()));
        return outcome.get(30, TimeUnit.SECONDS);
    }

    private Seen seen() {
        assertThat(provider.probes()).hasSize(1);
        return provider.probes().get(0);
    }

    @Test
    void openAisListIsAskedForWithItsKey() throws Exception {
        assertThat(probe()).isEmpty();

        assertThat(seen().method() + " " + seen().uri()).isEqualTo("GET /v1/models");
        assertThat(seen().header("authorization")).isEqualTo("Bearer sk-1");
        assertThat(seen().headerNames())
                .containsExactly("accept", "accept-encoding", "authorization", "connection", "host");
        assertThat(seen().body()).isEmpty();
        assertThat(provider.count()).isZero();
    }

    @Test
    void anthropicsListIsAskedForWithItsKeyAndVersion() throws Exception {
        assertThat(probe(upstream("anthropic", provider.baseUrl(), "sk-2"), LONG))
                .isEmpty();

        assertThat(seen().method() + " " + seen().uri()).isEqualTo("GET /v1/models");
        assertThat(seen().header("x-api-key")).isEqualTo("sk-2");
        assertThat(seen().header("anthropic-version")).isEqualTo("2023-06-01");
        assertThat(seen().header("authorization")).isNull();
        assertThat(provider.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 301, 400, 401, 403, 404, 405, 429})
    void whoeverAnswersIsThere(int status) throws Exception {
        provider.models(Behaviour.status(status).header("location", provider.baseUrl() + "/elsewhere/models"));

        assertThat(probe()).isEmpty();
        assertThat(provider.probes()).as("no redirect is followed").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 529})
    void aBrokenServerIsNot(int status) throws Exception {
        provider.models(Behaviour.status(status));

        assertThat(probe()).hasValue(FailureKind.SERVER_ERROR);
    }

    @Test
    void whatIsNoAnswerFails() throws Exception {
        provider.models(Behaviour.reset());
        assertThat(probe()).hasValue(FailureKind.NETWORK_ERROR);
        provider.models(Behaviour.close());
        assertThat(probe()).hasValue(FailureKind.NETWORK_ERROR);
        provider.models(Behaviour.raw("\u0000\u0001garbage\r\n\r\n"));
        assertThat(probe()).hasValue(FailureKind.NETWORK_ERROR);
        provider.models(Behaviour.truncated());
        assertThat(probe()).hasValue(FailureKind.BAD_RESPONSE);
    }

    @Test
    void nobodyListening() throws Exception {
        String url = "http://127.0.0.1:" + FakeProvider.refusedPort();

        assertThat(probe(upstream("openai", url, "sk"), LONG)).hasValue(FailureKind.NETWORK_ERROR);
    }

    @Test
    void whatHangsIsGivenUpAndItsConnectionClosed() throws Exception {
        for (Behaviour hanging : new Behaviour[] {
            Behaviour.silence(), Behaviour.headersOnly(), Behaviour.drip("x".repeat(10_000), Duration.ofMillis(20))
        }) {
            provider.reset();
            provider.models(hanging);

            assertThat(probe(upstream("openai", provider.baseUrl(), "sk"), Duration.ofMillis(500)))
                    .hasValue(FailureKind.TIMEOUT);
            seen().awaitAbandoned(LONG);
        }
    }

    @Test
    void anEndlessAnswerIsCutOff() throws Exception {
        provider.models(call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n");
            call.raw(new byte[2 << 20]);
        });

        assertThat(probe()).isEmpty();
        seen().awaitAbandoned(LONG);
    }

    @Test
    void aCredentialThatFitsIntoNoHeaderFails() throws Exception {
        assertThat(probe(upstream("openai", provider.baseUrl(), "sk\r\nx-evil: 1"), LONG))
                .hasValue(FailureKind.BAD_RESPONSE);
        assertThat(provider.probes()).isEmpty();
    }

    @Test
    void whatIsCancelledIsNotHeardOf() throws Exception {
        provider.models(Behaviour.silence());
        CompletableFuture<ProbeCall> begun = new CompletableFuture<>();
        CompletableFuture<Void> heard = new CompletableFuture<>();
        Scheduler scheduler = new EventLoops(vertx).current();
        scheduler.execute(() -> begun.complete(client.probe(
                upstream("openai", provider.baseUrl(), "sk"),
                LONG.toNanos(),
                scheduler,
                failure -> heard.complete(null))));
        ProbeCall call = begun.get(10, TimeUnit.SECONDS);
        while (provider.probes().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }

        scheduler.execute(call::cancel);

        seen().awaitAbandoned(LONG);
        assertThat(heard).isNotDone();
    }

    @Test
    void eachHasAConnectionOfItsOwn() throws Exception {
        assertThat(probe()).isEmpty();
        assertThat(probe()).isEmpty();

        assertThat(provider.acceptedConnections()).isEqualTo(2);
    }
}

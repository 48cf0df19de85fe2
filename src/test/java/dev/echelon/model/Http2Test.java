package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionRules.Http2;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.model.Calls.End;
import dev.echelon.model.Calls.Running;
import dev.echelon.testing.Certificates;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.KeyCertOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams that speak HTTP/2: the same answers and the same kinds of failure, many calls on a connection. */
class Http2Test {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int DAY = 86_400;
    private static final long INTERNAL_ERROR = 2;
    private static final long REFUSED_STREAM = 7;
    private static final long CANCEL = 8;
    private static final String ANSWER = """
            {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":\
            {"role":"assistant","content":"fine"},"finish_reason":"stop"}]}""";
    private static final String EVENT = """
            data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m",\
            "choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}

            """;

    private static Certificates authority;
    private static Properties before;

    private final Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
    private final Queue<HttpVersion> versions = new ConcurrentLinkedQueue<>();
    private final Queue<Long> resets = new ConcurrentLinkedQueue<>();
    private Vertx vertx;

    @BeforeAll
    static void trust(@TempDir Path folder) throws Exception {
        before = (Properties) System.getProperties().clone();
        authority = new Certificates("trusted authority");
        Path trusted = folder.resolve("trusted.p12");
        authority.writeTrustStore(trusted);
        System.setProperty("javax.net.ssl.trustStore", trusted.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", new String(Certificates.PASSWORD));
    }

    @AfterAll
    static void trustAsBefore() {
        System.setProperties(before);
    }

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static HttpServerOptions tls() throws Exception {
        KeyManagerFactory keys = authority.server(LOOPBACK, -60, DAY);
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap((X509KeyManager) keys.getKeyManagers()[0]));
    }

    /** Answers {@code fine}, unless the prompt is one of those that the script knows; what is held waits for the test. */
    private int serve(HttpServerOptions options) throws Exception {
        return vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    versions.add(request.version());
                    request.response().exceptionHandler(gone -> {
                        if (gone instanceof StreamResetException reset) {
                            resets.add(reset.getCode());
                        }
                    });
                    request.body().onSuccess(body -> {
                        if (body.toString().contains("poured")) {
                            pour(request.response());
                        } else if (body.toString().contains("held")) {
                            held.add(request);
                        } else {
                            answer(request.response());
                        }
                    });
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    private static void answer(HttpServerResponse response) {
        response.putHeader("content-type", "application/json").end(ANSWER);
    }

    private HttpServerRequest nextHeld() {
        await().atMost(SOON).until(() -> !held.isEmpty());
        return held.remove();
    }

    private static Calls calls(int port) {
        return new Calls("https://127.0.0.1:" + port, Calls.rules(Http2.AUTO));
    }

    private static void assertFailed(End end, FailureKind kind, boolean stale) {
        assertThat(end.failure()).isNotNull().extracting(ModelFailure::kind).isEqualTo(kind);
        assertThat(end.stale()).isEqualTo(stale);
    }

    private static void assertFine(Running call) throws Exception {
        End end = call.await();
        assertThat(end.failure()).isNull();
        assertThat(end.response()).isNotNull();
    }

    @Test
    void manyCallsShareOneConnection() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                running.add(calls.plain("held"));
            }
            await().atMost(SOON).until(() -> held.size() == 20);
            assertThat(calls.stats().open()).isEqualTo(1);
            assertThat(calls.stats().active()).isEqualTo(1);
            held.forEach(request -> answer(request.response()));
            for (Running call : running) {
                assertFine(call);
            }
            assertThat(versions).containsOnly(HttpVersion.HTTP_2);
            assertThat(calls.stats().active()).isZero();
            assertThat(calls.stats().idle()).isEqualTo(1);
            assertThat(calls.stats().opened()).isEqualTo(1);
        }
    }

    @Test
    void whoDoesNotSpeakItIsAskedTheOldWay() throws Exception {
        for (HttpServerOptions server :
                List.of(tls().setUseAlpn(false), tls().setAlpnVersions(List.of(HttpVersion.HTTP_1_1)))) {
            try (Calls calls = calls(serve(server))) {
                assertFine(calls.plain("hello"));
            }
        }
        try (Calls calls = new Calls("https://127.0.0.1:" + serve(tls()), Calls.rules(Http2.NEVER))) {
            assertFine(calls.plain("hello"));
        }
        try (Calls calls = new Calls("http://127.0.0.1:" + serve(new HttpServerOptions()), Calls.rules(Http2.AUTO))) {
            assertFine(calls.plain("hello"));
        }
        assertThat(versions).hasSize(4).containsOnly(HttpVersion.HTTP_1_1);
    }

    @Test
    void inTheClearItIsSpokenWhereTheConfigurationSaysSo() throws Exception {
        int port = serve(new HttpServerOptions());
        try (Calls calls = new Calls("http://127.0.0.1:" + port, Calls.rules(Http2.ALWAYS))) {
            assertFine(calls.plain("hello"));
        }
        assertThat(versions).containsExactly(HttpVersion.HTTP_2);
    }

    @Test
    void whoCancelsResetsTheStreamAndNotTheConnection() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            Running left = calls.plain("held, left");
            nextHeld();
            Running other = calls.plain("held, not left");
            HttpServerRequest others = nextHeld();

            calls.cancel(left);

            assertFailed(left.await(), FailureKind.CANCELLED, false);
            await().atMost(SOON).untilAsserted(() -> assertThat(resets).containsExactly(CANCEL));
            answer(others.response());
            assertFine(other);
            assertThat(calls.stats().opened()).isEqualTo(1);
            assertThat(calls.stats().closed()).isZero();
            assertThat(calls.stats().active()).isZero();
        }
    }

    @Test
    void aResetStreamIsANetworkErrorOfItsCallAlone() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            Running other = calls.plain("held");
            HttpServerRequest others = nextHeld();
            Running broken = calls.plain("held");
            nextHeld().response().reset(INTERNAL_ERROR);

            assertFailed(broken.await(), FailureKind.NETWORK_ERROR, false);
            answer(others.response());
            assertFine(other);
            assertThat(calls.stats().opened()).isEqualTo(1);
            assertThat(calls.stats().active()).isZero();
        }
    }

    @Test
    void aRefusedStreamWasNotLookedAtAndMayBeSentAgain() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            Running refused = calls.plain("held");
            nextHeld().response().reset(REFUSED_STREAM);

            assertFailed(refused.await(), FailureKind.NETWORK_ERROR, true);
        }
    }

    @Test
    void anAnswerThatIsResetHalfwayIsCutOff() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            Running plain = calls.plain("held");
            HttpServerResponse half = nextHeld().response();
            half.putHeader("content-type", "application/json").setChunked(true).write("{\"id\":");
            vertx.setTimer(50, later -> half.reset(INTERNAL_ERROR));
            assertFailed(plain.await(), FailureKind.BAD_RESPONSE, false);

            Running stream = calls.stream("held", false);
            HttpServerResponse events = nextHeld().response();
            events.putHeader("content-type", "text/event-stream")
                    .setChunked(true)
                    .write(EVENT.formatted("one"));
            await().atMost(SOON).until(() -> stream.chunks.get() == 1);
            events.reset(INTERNAL_ERROR);
            assertFailed(stream.await(), FailureKind.BAD_RESPONSE, false);
            assertThat(calls.stats().active()).isZero();
        }
    }

    @Test
    void afterAGoawayWhatRunsIsFinishedAndWhatIsNewGoesElsewhere() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            Running running = calls.plain("held");
            HttpServerRequest first = nextHeld();
            first.connection().goAway(0, Integer.MAX_VALUE);
            await().atMost(SOON).untilAsserted(() -> {
                assertFine(calls.plain("hello"));
                assertThat(calls.stats().opened()).isEqualTo(2);
            });
            answer(first.response());
            assertFine(running);
        }
    }

    @Test
    void whatAGoawaySaysWasNotLookedAtMayBeSentAgain() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            Running untouched = calls.plain("held");
            nextHeld().connection().goAway(0, 0);

            assertFailed(untouched.await(), FailureKind.NETWORK_ERROR, true);
        }
    }

    @Test
    void aConnectionThatBreaksFailsItsCalls() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            Running one = calls.plain("held");
            Running two = calls.plain("held");
            nextHeld();
            nextHeld().connection().close();

            assertThat(one.await().failure()).extracting(ModelFailure::kind).isEqualTo(FailureKind.NETWORK_ERROR);
            assertThat(two.await().failure()).extracting(ModelFailure::kind).isEqualTo(FailureKind.NETWORK_ERROR);
            await().atMost(SOON).until(() -> calls.stats().open() == 0);
            assertThat(calls.stats().active()).isZero();
            assertFine(calls.plain("hello"));
        }
    }

    @Test
    void afterATimeoutTheNextCallDoesNotTrustTheConnection() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            Running slow = calls.plain("held", Duration.ofMillis(300));
            assertFailed(slow.await(), FailureKind.TIMEOUT, false);
            assertFine(calls.plain("hello"));
            assertThat(calls.stats().opened()).isEqualTo(2);
            assertThat(resets).containsExactly(CANCEL);
        }
    }

    @Test
    void moreCallsThanStreamsOpenAnotherConnection() throws Exception {
        HttpServerOptions few = tls().setInitialSettings(new Http2Settings().setMaxConcurrentStreams(2));
        try (Calls calls = calls(serve(few))) {
            assertFine(calls.plain("hello"));
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                running.add(calls.plain("held"));
            }
            await().atMost(SOON).until(() -> held.size() == 5);
            assertThat(calls.stats().open()).isBetween(3, 4);
            held.forEach(request -> answer(request.response()));
            for (Running call : running) {
                assertFine(call);
            }
        }
    }

    @Test
    void aStalledReaderHoldsUpNobodyElse() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            List<Running> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Running stream = calls.stream("poured", true);
                await().atMost(SOON).until(() -> stream.chunks.get() > 0);
                stalled.add(stream);
            }
            assertFine(calls.plain("hello"));
            assertThat(calls.stats().opened()).isEqualTo(1);
            for (Running stream : stalled) {
                calls.cancel(stream);
            }
        }
    }

    /** Writes for as long as the other side reads. */
    private static void pour(HttpServerResponse response) {
        String event = EVENT.formatted("x".repeat(1000));
        response.putHeader("content-type", "text/event-stream").setChunked(true);
        Consumer<Void> more = drained -> {
            while (!response.writeQueueFull() && !response.closed()) {
                response.write(event);
            }
        };
        response.drainHandler(more::accept);
        more.accept(null);
    }

    @Test
    void largePromptsGetThrough() throws Exception {
        try (Calls calls = calls(serve(tls()))) {
            assertFine(calls.plain("hello"));
            String megabytes = "x".repeat(4 << 20);
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                running.add(calls.plain(megabytes));
            }
            for (Running call : running) {
                assertFine(call);
            }
        }
    }

    @Test
    void aConnectionTakesNoCallsBeyondItsLifetime() throws Exception {
        for (Http2 http2 : List.of(Http2.AUTO, Http2.NEVER)) {
            ConnectionRules brief = Calls.rules(http2, Duration.ofMillis(500));
            try (Calls calls = new Calls("https://127.0.0.1:" + serve(tls()), brief)) {
                Running running = calls.plain("held");
                HttpServerRequest first = nextHeld();
                await().atMost(SOON).untilAsserted(() -> {
                    assertFine(calls.plain("hello"));
                    assertThat(calls.stats().closed()).isPositive();
                });
                answer(first.response());
                assertFine(running);
                await().atMost(SOON).until(() -> calls.stats().open() == 0);
            }
        }
    }

    @Test
    void aConnectionIsThereBeforeTheFirstCall() throws Exception {
        for (Http2 http2 : Http2.values()) {
            try (Calls calls = new Calls("https://127.0.0.1:" + serve(tls()), Calls.rules(http2))) {
                calls.warmUp();
                await().atMost(SOON).until(() -> calls.stats().idle() == 1);
                calls.warmUp();
                assertFine(calls.plain("hello"));
                assertThat(calls.stats().opened()).isEqualTo(1);
                assertThat(calls.stats().waiting()).isZero();
            }
        }
        try (Calls nobodyThere = calls(1)) {
            nobodyThere.warmUp();
            assertFailed(nobodyThere.plain("hello").await(), FailureKind.NETWORK_ERROR, false);
            assertThat(nobodyThere.stats().waiting()).isZero();
        }
    }
}

package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionRules.Http2;
import dev.echelon.model.Calls.Running;
import dev.echelon.testing.FakeNameServer;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long connections are kept, and how many there are. */
class ConnectionsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** An upstream that answers with the given word, but only when the test says so where {@code hold} is in the prompt. */
    private int serve(String host, int port, String word) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    if (body.toString().contains("hold")) {
                        held.add(request);
                    } else {
                        answer(request, word);
                    }
                }));
        return server.listen(port, host)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    private static void answer(HttpServerRequest request, String word) {
        request.response().putHeader("content-type", "application/json").end("""
                {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":\
                {"role":"assistant","content":"%s"},"finish_reason":"stop"}]}""".formatted(word));
    }

    private static ConnectionRules rules(int max, Duration idle, Duration lifetime) {
        return new ConnectionRules(Duration.ofSeconds(5), max, Http2.NEVER, idle, lifetime, true);
    }

    private static String textOf(Running call) throws Exception {
        return Objects.requireNonNull(call.await().response()).text();
    }

    private static InetAddress address(int last) throws Exception {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    @Test
    void aNamesNewAddressIsFollowed() throws Exception {
        int port = serve("127.0.0.1", 0, "old");
        serve("127.0.0.2", port, "new");
        try (FakeNameServer names = new FakeNameServer()) {
            names.answer("models.test", address(1), 1);
            try (Calls calls = new Calls(
                    "http://models.test:" + port,
                    rules(8, Duration.ofMinutes(1), Duration.ofSeconds(1)),
                    new AddressResolverOptions()
                            .addServer("127.0.0.1:" + names.address().getPort()))) {
                assertThat(textOf(calls.plain("hello"))).isEqualTo("old");
                names.answer("models.test", address(2), 1);

                await().atMost(SOON).until(() -> textOf(calls.plain("hello")).equals("new"));
                for (int i = 0; i < 5; i++) {
                    assertThat(textOf(calls.plain("hello"))).isEqualTo("new");
                }
                assertThat(calls.stats().closed()).isPositive();
            }
        }
    }

    @Test
    void idleConnectionsAreClosed() throws Exception {
        int port = serve("127.0.0.1", 0, "fine");
        try (Calls calls =
                new Calls("http://127.0.0.1:" + port, rules(8, Duration.ofSeconds(1), Duration.ofSeconds(300)))) {
            Running call = calls.plain("hold");
            await().atMost(SOON).until(() -> held.size() == 1);
            assertThat(textOf(calls.plain("hello"))).isEqualTo("fine");
            await().atMost(SOON).until(() -> calls.stats().open() == 1);
            assertThat(calls.stats().active()).isEqualTo(1);
            answer(held.remove(), "late");
            assertThat(textOf(call)).isEqualTo("late");
            await().atMost(SOON).until(() -> calls.stats().open() == 0);
        }
    }

    @Test
    void noMoreConnectionsThanAllowedAndTheRestWaits() throws Exception {
        int port = serve("127.0.0.1", 0, "fine");
        try (Calls calls =
                new Calls("http://127.0.0.1:" + port, rules(2, Duration.ofSeconds(60), Duration.ofSeconds(300)))) {
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                running.add(calls.plain("hold"));
            }
            await().atMost(SOON).until(() -> held.size() == 2 && calls.stats().waiting() == 3);
            assertThat(calls.stats().open()).isEqualTo(2);
            for (int answered = 0; answered < 5; answered++) {
                await().atMost(SOON).until(() -> !held.isEmpty());
                answer(held.remove(), "fine");
            }
            for (Running call : running) {
                assertThat(textOf(call)).isEqualTo("fine");
            }
            assertThat(calls.stats().waiting()).isZero();
            assertThat(calls.stats().opened()).isEqualTo(2);
        }
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.Blackhole;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller who leaves takes its upstream call with it; one who reads slowly holds back only its own. */
class CallerGoneTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";
    private static final Duration SOON = Duration.ofSeconds(1);

    /** In the kernels' buffers of both connections, and ours. */
    private static final long MOST_BUFFERED = 24L << 20;

    private static FakeProvider provider;
    private static Blackhole blackhole;
    private static ServerSocket mute;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        blackhole = new Blackhole();
        mute = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        gateway = TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .provider("far", "openai", "http://127.0.0.1:" + blackhole.port())
                .provider("mute", "openai", "https://127.0.0.1:" + mute.getLocalPort())
                .file("task-groups/far.toml", group("far", "\"far:m\"", 1))
                .file("task-groups/mute.toml", group("mute", "\"mute:m\"", 1))
                .file("task-groups/one.toml", group("one", "\"up:m\", \"claude:m\"", 1))
                .file("task-groups/queue.toml", group("queue", "\"up:q\"", 1))
                .file("task-groups/wait.toml", group("wait", "\"up:w\"", 1))
                .file("task-groups/wide.toml", group("wide", "\"up:big\"", 100))
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        provider.close();
        blackhole.close();
        mute.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
    }

    @ParameterizedTest
    @CsvSource({"up:m, true", "claude:m, true", "up:m, false", "claude:m, false"})
    void inMidStream(String model, boolean byReset) throws Exception {
        provider.always(Behaviour.stream(1000, Duration.ofMillis(20)));
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body(model, STREAM)));
        assertThat(connection.head().status()).isEqualTo(200);
        assertThat(connection.event()).isNotNull();

        leave(connection, byReset);

        assertGivenUp(provider.last(), model);
    }

    @ParameterizedTest
    @CsvSource({"up:m, true", "claude:m, true", "up:m, false", "claude:m, false"})
    void beforeTheFirstToken(String model, boolean byReset) throws Exception {
        provider.always(Behaviour.stream(5, Duration.ZERO).stallAfter(0));
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body(model, STREAM)));
        Seen seen = provider.await(0, SOON);

        leave(connection, byReset);

        assertGivenUp(seen, model);
    }

    @ParameterizedTest
    @CsvSource({"up:m, true", "claude:m, true", "up:m, false", "claude:m, false"})
    void duringAPlainCall(String model, boolean byReset) throws Exception {
        provider.always(Behaviour.silence());
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body(model)));
        Seen seen = provider.await(0, SOON);

        leave(connection, byReset);

        assertGivenUp(seen, model);
    }

    @Test
    void whileTheAnswerDripsIn() throws Exception {
        provider.always(Behaviour.drip("{\"id\":\"x\",\"choices\":[]}", Duration.ofMillis(200)));
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("up:m")));
        Seen seen = provider.await(0, SOON);

        leave(connection, true);

        assertGivenUp(seen, "up:m");
    }

    @Test
    void whileAnotherRequestWaitsOnTheSameConnection() throws Exception {
        provider.always(Behaviour.silence());
        byte[] request = RawHttp.post(CHAT, ApiClient.body("up:m"));
        RawHttp connection = RawHttp.to(gateway.port()).send(request).send(request);
        Seen seen = provider.await(0, SOON);

        leave(connection, true);

        assertGivenUp(seen, "up:m");
    }

    @ParameterizedTest
    @CsvSource({"far, true", "far, false", "mute, true", "mute, false"})
    void beforeTheUpstreamIsConnected(String group, boolean byReset) throws Exception {
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body(group)));
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 1);

        leave(connection, byReset);

        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 0);
        assertThat(gateway.gateway().states().echelons()).allMatch(echelon -> echelon.permits() == 0);
        assertThat(gateway.runtime().connections().active()).isZero();
        assertThat(gateway.gateway().states().breakers().getAllCircuitBreakers())
                .allMatch(breaker -> breaker.getMetrics().getNumberOfFailedCalls() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItQueues(boolean byReset) throws Exception {
        provider.always(Behaviour.silence());
        RawHttp first = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("queue")));
        Seen seen = provider.await(0, SOON);
        RawHttp second = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("queue")));
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 2);

        leave(second, byReset);

        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 1);
        assertThat(provider.count()).isOne();
        leave(first, byReset);
        assertGivenUp(seen, "queue");
    }

    @Test
    void whileItWaitsForAReturn() throws Exception {
        provider.script(Behaviour.status(429).header("retry-after", "5"));
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("wait")));
        provider.await(0, SOON).awaitAnswered(SOON);
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 1);

        leave(connection, true);

        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 0);
        assertThat(provider.count()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inTheMiddleOfItsOwnRequest(boolean byReset) throws Exception {
        RawHttp connection = RawHttp.to(gateway.port())
                .send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"model\":\"up:m\"");

        leave(connection, byReset);

        assertThat(api.chat("up:m").statusCode()).isEqualTo(200);
        assertThat(provider.count()).isOne();
        assertThat(gateway.gateway().inFlight()).isZero();
    }

    @Test
    void leavingCountsAgainstNobody() throws Exception {
        provider.always(Behaviour.silence());
        for (int i = 0; i < 8; i++) {
            RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("up:m")));
            Seen seen = provider.await(i, SOON);
            leave(connection, i % 2 == 0);
            seen.awaitAbandoned(SOON);
        }
        provider.always(Behaviour.hello());

        assertThat(api.chat("up:m").statusCode()).isEqualTo(200);
    }

    @Test
    void slowReaderHoldsBackItsOwnUpstreamAndNobodyElse() throws Exception {
        provider.script(Behaviour.stream(1_000_000, Duration.ZERO));
        provider.always(Behaviour.stream(20, Duration.ofMillis(10)));
        try (RawHttp slow = RawHttp.to(gateway.port(), 4096)) {
            slow.send(RawHttp.post(CHAT, ApiClient.body("wide", STREAM)));
            Seen seen = provider.await(0, SOON);
            awaitStandstill(seen);

            // whose answer nobody would see before this one reads on, were it held up
            HttpResponse<String> other = api.post(ApiClient.body("wide", STREAM));

            assertThat(other.body()).contains("t19 ").endsWith("data: [DONE]\n\n");
            assertThat(seen.sentBytes()).isLessThan(MOST_BUFFERED);
            assertThat(slow.head().status()).isEqualTo(200);
            for (int i = 0; i < 1000; i++) {
                assertThat(slow.event()).startsWith("{");
            }
            leave(slow, true);
            seen.awaitAbandoned(SOON);
        }
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 0);
    }

    private static void awaitStandstill(Seen seen) {
        long[] last = {-1, 0};
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(40))
                .until(() -> {
                    long now = seen.sentBytes();
                    last[1] = now > 0 && now == last[0] ? last[1] + 1 : 0;
                    last[0] = now;
                    return last[1] >= 5;
                });
    }

    private static void leave(RawHttp connection, boolean byReset) throws Exception {
        if (byReset) {
            connection.reset();
        } else {
            connection.close();
        }
    }

    /** The upstream is left, nothing is under way, and the only permit of the echelon is free again. */
    private static void assertGivenUp(Seen seen, String model) throws Exception {
        seen.awaitAbandoned(SOON);
        await().atMost(SOON).until(() -> gateway.gateway().inFlight() == 0);
        provider.reset();
        HttpResponse<String> next = api.chat(model);
        assertThat(next.statusCode()).as(next.body()).isEqualTo(200);
        assertThat(provider.requests()).hasSize(1);
    }

    private static String group(String name, String models, int concurrency) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = [%s]
                concurrency_limit = %d
                rpm_limit = 100000
                priority = 1
                max_retries = 1
                """.formatted(name, models, concurrency);
    }
}

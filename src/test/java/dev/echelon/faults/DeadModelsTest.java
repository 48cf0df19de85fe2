package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.ConnectionStats;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the matrix that take more than one request: a whole echelon dead, a model that flaps, a dead connection. */
class DeadModelsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final Duration RECOVERY = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private FakeProvider provider;
    private ServerSocket deaf;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        deaf = new ServerSocket();
        deaf.setReceiveBufferSize(4096);
        deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .provider("gone", "openai", "http://127.0.0.1:" + FakeProvider.refusedPort())
                .provider("deaf", "openai", "http://127.0.0.1:" + deaf.getLocalPort())
                .file("task-groups/deaf.toml", group("deaf", "\"deaf:a\"", "deaf:b"))
                .file("task-groups/dead.toml", group("dead", "\"gone:a\", \"gone:b\"", "up:c"))
                .file("task-groups/flap.toml", group("flap", "\"up:a\", \"claude:b\"", "up:c"))
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        provider.close();
        deaf.close();
    }

    /** A33. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenAWholeEchelonIsDeadTheOneBelowAnswers(boolean stream) throws Exception {
        int asked = 0;
        for (int i = 0; i < 20; i++) {
            try (RawHttp connection = RawHttp.to(gateway.port())) {
                Answer head = connection
                        .send(RawHttp.post(CHAT, ApiClient.body("dead", ",\"stream\":" + stream)))
                        .head();

                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("x-llm-echelon")).isEqualTo("dead.echelon2");
                asked = Integer.parseInt(head.header("x-llm-attempts"));
            }
        }
        assertThat(asked)
                .as("attempts of the last request: the dead are not asked any more")
                .isOne();
        assertThat(breaker("dead.echelon1/gone:a").getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker("dead.echelon1/gone:b").getState()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    /** A34. */
    @Test
    void modelThatFailsEverySecondTimeIsLeftAloneForItsRecoveryTime() throws Exception {
        AtomicInteger turn = new AtomicInteger();
        provider.alwaysFor("a", call -> (turn.getAndIncrement() % 2 == 0 ? Behaviour.status(500) : Behaviour.hello())
                .answer(call));
        Queue<Long> openings = new ConcurrentLinkedQueue<>();
        // it is made at the first attempt
        gateway.gateway().states().breakers().getEventPublisher().onEntryAdded(added -> {
            CircuitBreaker breaker = added.getAddedEntry();
            if (breaker.getName().equals("flap.echelon1/up:a")) {
                breaker.getEventPublisher().onStateTransition(event -> {
                    if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                        openings.add(System.nanoTime());
                    }
                });
            }
        });
        ApiClient api = new ApiClient(gateway.url());
        int requests = 0;
        long end = System.nanoTime() + RECOVERY.multipliedBy(4).toNanos();
        while (System.nanoTime() < end) {
            requests++;
            assertThat(api.chat("flap").statusCode()).isEqualTo(200);
            TimeUnit.MILLISECONDS.sleep(5);
        }

        assertThat(openings).isNotEmpty();
        long before = 0;
        for (long opening : openings) {
            assertThat(opening - before).isGreaterThanOrEqualTo(RECOVERY.toNanos());
            before = opening;
        }
        assertThat(provider.count()).isLessThanOrEqualTo(requests * 12 / 10 + 10);
    }

    /** A22: a pooled connection that is dead before a byte of the answer says nothing about the model. */
    @ParameterizedTest
    @ValueSource(strings = {"up:a", "claude:b"})
    void deadPooledConnectionIsReplacedAtOnceAndCountsForNothing(String model) throws Exception {
        provider.script(Behaviour.hello(), Behaviour.close(), Behaviour.hello());
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            byte[] request = RawHttp.post(CHAT, ApiClient.body(model));
            assertThat(connection.send(request).answer().status()).isEqualTo(200);

            Answer second = connection.send(request).answer();

            assertThat(second.status()).as(second.body()).isEqualTo(200);
            assertThat(second.header("x-llm-attempts")).isEqualTo("2");
            assertThat(second.header("x-llm-instance")).endsWith(model);
        }
        assertThat(provider.count()).isEqualTo(3);
        assertThat(gateway.gateway().states().breakers().getAllCircuitBreakers())
                .allMatch(it -> it.getMetrics().getNumberOfFailedCalls() == 0);
    }

    /** A15, of an upstream that does not even take the request. */
    @Test
    void connectionToAnUpstreamThatDoesNotReadIsNotHeld() throws Exception {
        String prompt = "x".repeat(8 << 20);

        HttpResponse<String> answer = new ApiClient(gateway.url())
                .post(ApiClient.body("deaf", ",\"user\":\"" + prompt + "\""), "x-request-timeout-ms", "900");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(504);
        await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> assertThat(
                        gateway.runtime().connectionsByProvider().get("deaf"))
                .returns(0, ConnectionStats::active)
                .satisfies(deaf -> assertThat(deaf.closed()).isPositive()));
    }

    private CircuitBreaker breaker(String instance) {
        return gateway.gateway().states().breakers().circuitBreaker(instance);
    }

    private static String group(String name, String first, String second) {
        return """
                [task_group]
                name = "%s"
                [task_group.circuit_breaker]
                failure_threshold = 5
                recovery_time = %d
                [task_group.fallback]
                retry_delay = 0.01
                [task_group.echelons.echelon1]
                models = [%s]
                concurrency_limit = 100
                rpm_limit = 100000
                priority = 1
                [task_group.echelons.echelon2]
                models = ["%s"]
                concurrency_limit = 100
                rpm_limit = 100000
                priority = 2
                """.formatted(name, RECOVERY.toSeconds(), first, second);
    }
}

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G8: callers that leave at any moment; the upstream is left within a second, and nothing is lost. */
@Tag("goal")
class ClientAbortsTest {

    private static final int CALLERS = 16;

    @TempDir
    private Path folder;

    @Test
    void theUpstreamIsLeftAndNothingIsLost() throws Exception {
        int aborts = Goal.either(10_000, 400);
        ConcurrentMap<String, Long> leftAt = new ConcurrentHashMap<>();
        AtomicInteger next = new AtomicInteger();
        Random random = new Random(7);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (FakeProvider provider = FakeProvider.start();
                TestGateway gateway = gateway(provider)) {
            // fewer failures than answers, or the breakers would keep the callers out
            Behaviour[] behaviours = {
                Behaviour.silence(),
                Behaviour.silence(),
                Behaviour.headersOnly(),
                Behaviour.stream(1000, Duration.ofMillis(5)),
                Behaviour.stream(1000, Duration.ofMillis(5)),
                Behaviour.hello(),
                Behaviour.hello(),
                Behaviour.hello(),
                Behaviour.hello().after(Duration.ofMillis(30)),
                Behaviour.status(429).header("retry-after-ms", "10"),
                Behaviour.reset()
            };
            OpenLoop warmUp = new OpenLoop(gateway.url(), ApiClient.body("g"));
            warmUp.run(100, Duration.ofSeconds(2));
            provider.reset();
            provider.always(call -> behaviours[random.nextInt(behaviours.length)].answer(call));
            for (int i = 0; i < CALLERS; i++) {
                long seed = i;
                callers.execute(() -> {
                    Random own = new Random(seed);
                    for (int n = next.getAndIncrement(); n < aborts; n = next.getAndIncrement()) {
                        abort(gateway, "r" + n, own, leftAt);
                    }
                });
            }
            callers.shutdown();
            assertThat(callers.awaitTermination(10, TimeUnit.MINUTES)).isTrue();
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertNothingIsHeld(gateway, provider));

            long[] delays = delays(provider, leftAt);
            Goal.figure(
                    "G8 aborts: %d callers left, %d upstream calls of theirs were running; closed after p50 %.1f ms"
                            + " p99 %.1f ms max %.1f ms; permits, queue, in flight, leased: 0",
                    aborts, delays.length, millis(delays, 0.5), millis(delays, 0.99), millis(delays, 1));
            assertThat(delays).isNotEmpty();
            if (Goal.isFull()) {
                assertThat(delays.length).isGreaterThan(aborts / 10);
                assertThat(millis(delays, 0.99)).isLessThanOrEqualTo(1000);
            }

            provider.always(Behaviour.hello());
            ApiClient api = new ApiClient(gateway.url());
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(api.chat("g").statusCode()).isEqualTo(200));
        } finally {
            callers.shutdownNow();
        }
    }

    /** From leaving to the end of the upstream call, of those that were cut off, in nanoseconds, sorted. */
    private static long[] delays(FakeProvider provider, ConcurrentMap<String, Long> leftAt) throws Exception {
        List<Long> delays = new ArrayList<>();
        for (Seen seen : provider.requests()) {
            Long left = leftAt.get(seen.json().path("user").asText());
            if (left != null && seen.isAbandoned()) {
                delays.add(seen.awaitAbandoned(Duration.ZERO) - left);
            }
        }
        return delays.stream()
                .mapToLong(Long::longValue)
                .filter(delay -> delay > 0)
                .sorted()
                .toArray();
    }

    private static void abort(TestGateway gateway, String name, Random random, ConcurrentMap<String, Long> leftAt) {
        String stream = random.nextBoolean() ? ", \"stream\": true" : "";
        byte[] request =
                RawHttp.post("/v1/chat/completions", ApiClient.body("g", ", \"user\": \"" + name + "\"" + stream));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            if (random.nextInt(20) == 0) {
                request = Arrays.copyOf(request, random.nextInt(request.length));
            }
            connection.send(request);
            Thread.sleep(random.nextInt(120));
            leftAt.put(name, System.nanoTime());
            if (random.nextInt(3) > 0) {
                connection.reset();
            }
        } catch (Exception gone) {
            throw new AssertionError(gone);
        }
    }

    private static void assertNothingIsHeld(TestGateway gateway, FakeProvider provider) {
        assertThat(gateway.gateway().inFlight()).isZero();
        assertThat(gateway.gateway().states().echelons()).allSatisfy(it -> {
            assertThat(it.permits()).isZero();
            assertThat(it.queued()).isZero();
        });
        assertThat(gateway.gateway().states().instances()).allSatisfy(it -> {
            assertThat(it.inFlight()).isZero();
            assertThat(it.returnsInFlight()).isZero();
        });
        assertThat(gateway.runtime().connections().active()).isZero();
        assertThat(provider.current()).isZero();
    }

    private static double millis(long[] sorted, double quantile) {
        return LongStream.of(sorted)
                        .skip((long) Math.min(sorted.length - 1, sorted.length * quantile))
                        .findFirst()
                        .orElse(0)
                / 1e6;
    }

    private TestGateway gateway(FakeProvider provider) throws Exception {
        return TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.fallback]
                        retry_delay = 0.05
                        [task_group.circuit_breaker]
                        failure_threshold = 100000
                        recovery_time = 1
                        [task_group.echelons.e1]
                        models = ["up:m", "up:n"]
                        concurrency_limit = 8
                        rpm_limit = 1000000
                        priority = 1
                        """)
                .start();
    }
}

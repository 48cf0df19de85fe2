package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B1 at random: callers leave in any phase, and nothing of theirs stays behind. The seed is fixed. */
class RandomAbortsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final int AT_ONCE = 20;
    private static final int MOST_MILLIS = 60;

    @TempDir
    private Path folder;

    private final Random random = new Random(20_260_101);
    private FakeProvider provider;
    private TestGateway gateway;
    private Invariants invariants;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        provider.alwaysFor("silent", Behaviour.silence());
        provider.alwaysFor("slow", Behaviour.hello().after(Duration.ofMillis(30)));
        provider.alwaysFor("stream", Behaviour.stream(200, Duration.ofMillis(3)));
        provider.alwaysFor("limited", Behaviour.status(429).header("retry-after-ms", "40"));
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("task-groups/silent.toml", group("silent", "up:silent", 8))
                .file("task-groups/slow.toml", group("slow", "claude:slow", 4))
                .file("task-groups/stream.toml", group("stream", "up:stream", 20))
                .file("task-groups/limited.toml", group("limited", "claude:limited", 20))
                .start();
        invariants = new Invariants(gateway, List.of(provider));
        new ApiClient(gateway.url()).chat("slow");
        invariants.begin();
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void fiveHundredCallersLeaveAtRandom() throws Exception {
        leaveAtRandom(500);
    }

    @Test
    @Tag("soak")
    void tenThousandCallersLeaveAtRandom() throws Exception {
        leaveAtRandom(10_000);
    }

    private void leaveAtRandom(int callers) throws Exception {
        Map<String, Long> leftAt = new HashMap<>();
        for (int begun = 0; begun < callers; begun += AT_ONCE) {
            List<RawHttp> connections = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int i = begun; i < begun + AT_ONCE; i++) {
                names.add("caller-" + i);
                connections.add(RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, body("caller-" + i))));
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS));
            for (int i = 0; i < AT_ONCE; i++) {
                leftAt.put(names.get(i), System.nanoTime());
                if (random.nextBoolean()) {
                    connections.get(i).reset();
                } else {
                    connections.get(i).close();
                }
            }
        }
        invariants.check();
        assertThat(gateway.gateway().states().breakers().getAllCircuitBreakers())
                .allMatch(breaker -> breaker.getMetrics().getNumberOfFailedCalls() == 0);
        Duration closed = ninetyNinth(leftAt);
        System.out.printf("%d callers left: the upstream was closed after %s (p99)%n", callers, closed);
        assertThat(closed).isLessThan(Duration.ofSeconds(1));
    }

    /** From the caller's leaving to the upstream's side being closed, of those calls that were not answered by then. */
    private Duration ninetyNinth(Map<String, Long> leftAt) throws InterruptedException {
        List<Long> took = new ArrayList<>();
        for (Seen seen : provider.requests()) {
            Long left = leftAt.get(seen.json().path("user").asText());
            if (left != null && seen.isAbandoned()) {
                took.add(seen.awaitAbandoned(Duration.ZERO) - left);
            }
        }
        assertThat(took).hasSizeGreaterThan(leftAt.size() / 10);
        Collections.sort(took);
        return Duration.ofNanos(took.get(took.size() * 99 / 100));
    }

    private String body(String caller) {
        String target = List.of("silent", "slow", "stream", "limited").get(random.nextInt(4));
        boolean stream = target.equals("stream") || random.nextBoolean();
        return ApiClient.body(target, ",\"user\":\"" + caller + "\",\"stream\":" + stream);
    }

    private static String group(String name, String model, int concurrency) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = ["%s"]
                concurrency_limit = %d
                rpm_limit = 1000000
                priority = 1
                """.formatted(name, model, concurrency);
    }
}

package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B4: connections that nobody uses cost little, and do not slow down those that are used. */
class IdleConnectionsTest {

    private static final long MOST_BYTES = 40 * 1024;

    /** What a busy machine may add. */
    private static final Duration SLACK = Duration.ofMillis(100);

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = 100
                        rpm_limit = 100000
                        priority = 1
                        """)
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void sixHundredIdleConnectionsCostLittle() throws Exception {
        assertLittle(600);
    }

    @Test
    @Tag("soak")
    void tenThousandIdleConnectionsCostLittle() throws Exception {
        assertLittle(10_000);
    }

    private static void assertLittle(int count) throws Exception {
        slowest(300);
        Duration before = slowest(300);
        long used = used();
        try (IdleConnections idle = new IdleConnections(gateway.port(), count)) {
            long each = (used() - used) / count;
            Duration with = slowest(300);

            System.out.printf(
                    "%d idle connections: %d bytes each; p99 %s before, %s with%n", count, each, before, with);
            assertThat(each).isLessThan(MOST_BYTES);
            assertThat(with).isLessThan(before.multipliedBy(2).plus(SLACK));
        }
    }

    /** The 99th percentile of so many requests. */
    private static Duration slowest(int requests) throws Exception {
        long[] took = new long[requests];
        for (int i = 0; i < requests; i++) {
            long before = System.nanoTime();
            assertThat(api.chat("g").statusCode()).isEqualTo(200);
            took[i] = System.nanoTime() - before;
        }
        Arrays.sort(took);
        return Duration.ofNanos(took[requests * 99 / 100]);
    }

    /** Heap and direct memory that is in use, garbage apart. */
    private static long used() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(40);
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least + PlatformDependent.usedDirectMemory();
    }
}

package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.route.EchelonStatus;
import dev.echelon.testing.FakeProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.buffer.impl.VertxByteBufAllocator;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many requests of all kinds, with faults, leave nothing behind: heap, direct memory, permits, connections. */
class LeakTest {

    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final long MEBIBYTE = 1024 * 1024;

    /** What other tests in the same JVM may leave lying about for a while. */
    private static final long NOISE = 3 * MEBIBYTE;

    /** So many requests fill the caches. */
    private static final long WARM = 6_000;

    /** Netty takes memory in chunks of this size, and gives it back when it likes. */
    private static final long CHUNKS = 16 * MEBIBYTE;

    /** Code that is still being compiled, and what the allocator of the system keeps. */
    private static final long BESIDE = 96 * MEBIBYTE;

    /** Other tests have their say in it. */
    private static final long UNKNOWN = Long.MAX_VALUE / 2;

    @TempDir
    private Path folder;

    @Test
    void twentyThousandMixedRequestsLeaveNothingBehind() throws Exception {
        assertNothingIsLeftBehind(20_000, NOISE, UNKNOWN);
    }

    @Test
    @Tag("soak")
    void aMillionMixedRequestsLeaveNothingBehind() throws Exception {
        assertNothingIsLeftBehind(1_000_000, 0, BESIDE);
    }

    /**
     * Memory that is in use, garbage apart, in bytes.
     *
     * @param pinned the part of {@code direct} that is in buffers which somebody holds
     * @param rss of the process
     * @param beside what of {@code rss} is not heap: classes, compiled code, threads, native memory, buffers
     */
    private record Memory(long heap, long direct, long pinned, long rss, long beside) {

        private static final Pattern MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ ");

        static Memory now() throws Exception {
            long heap = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(40);
                heap = Math.min(
                        heap,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            long direct = PlatformDependent.usedDirectMemory();
            for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                direct += pool.getMemoryUsed();
            }
            return new Memory(heap, direct, pinnedNow(), rss(mapping -> true), rss(Memory::isBesideTheHeap));
        }

        private static long pinnedNow() {
            return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()
                    + ((PooledByteBufAllocator) VertxByteBufAllocator.POOLED_ALLOCATOR).pinnedDirectMemory();
        }

        /** Resident memory of the mappings that are asked for by their first line. */
        private static long rss(Predicate<String> wanted) throws Exception {
            long sum = 0;
            boolean counts = false;
            for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
                if (MAPPING.matcher(line).lookingAt()) {
                    counts = wanted.test(line);
                } else if (counts && line.startsWith("Rss:")) {
                    sum += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            return sum;
        }

        /** A heap of a few gigabytes lies below 32 GiB, so that 32 bits address it; nothing else does. */
        private static boolean isBesideTheHeap(String mapping) {
            return Long.parseUnsignedLong(mapping.substring(0, mapping.indexOf('-')), 16) >= 1L << 35;
        }

        @Override
        public String toString() {
            return String.format(
                    "heap %.1f, direct %.1f, pinned %.2f, RSS %d, of it beside the heap %d MiB",
                    (double) heap / MEBIBYTE,
                    (double) direct / MEBIBYTE,
                    (double) pinned / MEBIBYTE,
                    rss / MEBIBYTE,
                    beside / MEBIBYTE);
        }
    }

    private void assertNothingIsLeftBehind(int count, long noise, long besideNoise) throws Exception {
        try (FakeProvider provider = FakeProvider.start();
                TestGateway gateway = gateway(provider);
                MixedLoad load = new MixedLoad(gateway.port())) {
            provider.always(MixedLoad.upstream());
            // caches are full then, and what the JVM and the libraries make once is made
            Map<Integer, Integer> first = load.run(WARM, provider);
            long done = WARM;
            while (done < count / 10) {
                load.run(WARM, provider);
                done += WARM;
            }
            settle(gateway);
            Memory before = Memory.now();
            long start = System.nanoTime();
            Map<Integer, Integer> statuses = load.run(count - done, provider);
            long took = System.nanoTime() - start;
            settle(gateway);
            Memory after = Memory.now();

            System.out.printf(
                    "%d mixed requests, the last %d in %d s: %s; before %s; after %s%n",
                    count, count - done, TimeUnit.NANOSECONDS.toSeconds(took), statuses, before, after);
            assertThat(first.keySet()).as("all kinds of ends").contains(-1, 200, 400, 404, 502, 504);
            assertThat(after.heap()).as("heap").isLessThan(before.heap() * 105 / 100 + noise);
            assertThat(after.direct()).as("direct memory").isLessThan(before.direct() + CHUNKS);
            assertThat(after.beside()).as("beside the heap").isLessThan(before.beside() + besideNoise);
            assertThat(after.pinned()).as("buffers in use").isLessThan(before.pinned() + MEBIBYTE);
        }
    }

    /** Two models that never open their breakers, and small caches. */
    private TestGateway gateway(FakeProvider provider) throws Exception {
        return TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.circuit_breaker]
                        failure_threshold = 1000000
                        recovery_time = 1
                        half_open_requests = 1
                        [task_group.echelons.e1]
                        models = ["up:m", "claude:m"]
                        concurrency_limit = 1000
                        rpm_limit = 100000000
                        max_retries = 0
                        priority = 1
                        """)
                .file("wrappers/w.toml", """
                        [global]
                        logging.enable_request_logging = false
                        [global.cache]
                        max_size = 200
                        max_size_mb = 2
                        max_answer_mb = 1
                        cache_streams = true
                        [global.idempotency]
                        max_entries = 200
                        max_size_mb = 2
                        max_answer_mb = 1
                        """)
                .start();
    }

    private static void settle(TestGateway gateway) {
        await().atMost(PATIENT).untilAsserted(() -> {
            assertThat(gateway.gateway().inFlight()).isZero();
            assertThat(gateway.gateway().responses().underWay()).isZero();
            assertThat(gateway.gateway().responses().recordingBytes()).isZero();
            assertThat(gateway.gateway().idempotency().underWay()).isZero();
            assertThat(gateway.gateway().idempotency().recordingBytes()).isZero();
            assertThat(gateway.runtime().connections().active()).isZero();
            assertThat(gateway.gateway().states().echelons())
                    .extracting(EchelonStatus::permits)
                    .containsOnly(0);
        });
    }
}

package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Buckets and windows at their edges. */
class RateLimitTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long START = 77 * SECOND;

    @Test
    void aFullBucketGivesItsSizeAtOnceAndThenOneForEachToken() {
        RateLimit limit = RateLimit.tokenBucket(3, 2, START);

        assertThat(taken(limit, START, 10)).isEqualTo(3);
        assertThat(limit.tryAcquire(START)).isEqualTo(SECOND / 2);
        assertThat(limit.tryAcquire(START + SECOND / 2 - 1)).isPositive();
        assertThat(limit.tryAcquire(START + SECOND / 2)).isZero();
        assertThat(limit.tryAcquire(START + SECOND / 2)).isEqualTo(SECOND / 2);
    }

    @Test
    void aBucketNeverHoldsMoreThanItsSize() {
        RateLimit limit = RateLimit.tokenBucket(5, 100, START);

        assertThat(taken(limit, START + 3600 * SECOND, 50)).isEqualTo(5);
    }

    @Test
    void aFixedWindowBeginsAnewOnTheNanosecond() {
        RateLimit limit = RateLimit.fixedWindow(MINUTE, 2, START);

        assertThat(taken(limit, START + 10 * SECOND, 5)).isEqualTo(2);
        assertThat(limit.tryAcquire(START + 10 * SECOND)).isEqualTo(50 * SECOND);
        assertThat(limit.tryAcquire(START + MINUTE - 1)).isEqualTo(1);
        assertThat(taken(limit, START + MINUTE, 5)).isEqualTo(2);
        assertThat(taken(limit, START + 7 * MINUTE + 5, 5)).isEqualTo(2);
        assertThat(limit.waitNanos(START + 7 * MINUTE + 5)).isEqualTo(MINUTE - 5);
    }

    @Test
    void aSlidingWindowForgetsTheLastOneLittleByLittle() {
        RateLimit limit = RateLimit.slidingWindow(MINUTE, 10);

        assertThat(taken(limit, START, 20)).isEqualTo(10);
        assertThat(limit.waitNanos(START)).isEqualTo(MINUTE);
        assertThat(taken(limit, START + MINUTE - 1, 5)).isZero();
        assertThat(taken(limit, START + MINUTE, 4)).isEqualTo(4);
        assertThat(taken(limit, START + MINUTE + 30 * SECOND, 20)).isEqualTo(6);
        assertThat(taken(limit, START + 3 * MINUTE, 20)).isEqualTo(10);
    }

    @Test
    void askingForTheWaitTakesNothing() {
        for (RateLimit limit : limits(1)) {
            for (int i = 0; i < 5; i++) {
                assertThat(limit.waitNanos(START)).isZero();
            }
            assertThat(limit.tryAcquire(START)).isZero();
            assertThat(limit.waitNanos(START)).isPositive();
        }
    }

    @Test
    void aClockThatStandsStillGivesNoMoreThanThereIs() {
        for (RateLimit limit : limits(4)) {
            assertThat(taken(limit, START, 1_000)).isEqualTo(4);
        }
    }

    @Test
    void aClockThatGoesBackwardsNeitherGivesNorTakes() {
        for (RateLimit limit : limits(4)) {
            assertThat(taken(limit, START + 10, 1_000)).isEqualTo(4);
            assertThat(taken(limit, START - MINUTE, 1_000)).isZero();
            assertThat(limit.waitNanos(START - MINUTE)).isPositive();
            assertThat(taken(limit, START + 11, 1_000)).isZero();
            assertThat(taken(limit, START + 10 * MINUTE, 1_000)).isEqualTo(4);
        }
    }

    @Test
    void noLimitIsNone() {
        assertThat(taken(RateLimit.NONE, START, 1_000)).isEqualTo(1_000);
        assertThat(RateLimit.NONE.waitNanos(START)).isZero();
    }

    @Test
    void anUnlimitedMinuteNeverSaysNo() {
        RateLimit limit = RateLimit.slidingWindow(MINUTE, Integer.MAX_VALUE);

        assertThat(taken(limit, START, 100_000)).isEqualTo(100_000);
        assertThat(taken(limit, START + MINUTE, 100_000)).isEqualTo(100_000);
    }

    @Test
    void aSlidingWindowsMemoryDoesNotFollowTheTraffic() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        RateLimit limit = RateLimit.slidingWindow(MINUTE, 100_000_000);
        taken(limit, START, 1_000);
        long before = threads.getCurrentThreadAllocatedBytes();

        for (int i = 0; i < 500_000; i++) {
            assertThatIsZero(limit.tryAcquire(START + i * (3 * MINUTE / 500_000)));
        }

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
        assertThat(limit.left(START + 3 * MINUTE)).isBetween(100_000_000 - 167_000, 100_000_000 - 166_000);
    }

    /** Without memory of its own. */
    private static void assertThatIsZero(long wait) {
        if (wait != 0) {
            assertThat(wait).isZero();
        }
    }

    @Test
    void manyThreadsTakeExactlyWhatThereIs() throws Exception {
        for (RateLimit limit : limits(1_000)) {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                Callable<Integer> work = () -> taken(limit, START, 1_000);
                List<Future<Integer>> running = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    running.add(threads.submit(work));
                }
                int sum = 0;
                for (Future<Integer> future : running) {
                    sum += future.get();
                }
                assertThat(sum).isEqualTo(1_000);
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static List<RateLimit> limits(int max) {
        return List.of(
                RateLimit.tokenBucket(max, 0.5, START),
                RateLimit.fixedWindow(MINUTE, max, START),
                RateLimit.slidingWindow(MINUTE, max));
    }

    private static int taken(RateLimit limit, long now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += limit.tryAcquire(now) == 0 ? 1 : 0;
        }
        return taken;
    }
}

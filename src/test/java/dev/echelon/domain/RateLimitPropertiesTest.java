package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Verdicts are exact, and no window lets more through than it says. */
class RateLimitPropertiesTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long WINDOW = 10 * SECOND;
    private static final long MICRO = 1_000;

    @Property(tries = 500)
    void aBucketsWaitIsExact(
            @ForAll @IntRange(min = 1, max = 50) int size,
            @ForAll @DoubleRange(min = 0.01, max = 10_000) double rate,
            @ForAll long seed) {
        waitsAreExact(RateLimit.tokenBucket(size, rate, 0), seed, (long) (SECOND / rate));
    }

    @Property(tries = 500)
    void aFixedWindowsWaitIsExact(@ForAll @IntRange(min = 1, max = 50) int max, @ForAll long seed) {
        waitsAreExact(RateLimit.fixedWindow(WINDOW, max, 0), seed, WINDOW / max);
    }

    @Property(tries = 500)
    void aSlidingWindowsWaitIsExact(@ForAll @IntRange(min = 1, max = 200) int max, @ForAll long seed) {
        waitsAreExact(RateLimit.slidingWindow(WINDOW, max), seed, WINDOW / max);
    }

    /** After the wait a permit is there, a microsecond before it is not. */
    private static void waitsAreExact(RateLimit limit, long seed, long pace) {
        Random random = new Random(seed);
        long now = 0;
        for (int i = 0; i < 300; i++) {
            now += (long) (random.nextDouble() * pace);
            long wait = limit.tryAcquire(now);
            assertThat(limit.waitNanos(now)).isNotNegative();
            if (wait > 0) {
                assertThat(limit.waitNanos(now + wait)).isZero();
                if (wait > MICRO) {
                    assertThat(limit.waitNanos(now + wait - MICRO)).isPositive();
                }
                if (random.nextBoolean()) {
                    now += wait;
                    assertThat(limit.tryAcquire(now)).isZero();
                }
            }
        }
    }

    @Property(tries = 300)
    void noFixedWindowTakesMoreThanItsMost(@ForAll @IntRange(min = 1, max = 30) int max, @ForAll long seed) {
        List<Long> taken = taken(RateLimit.fixedWindow(WINDOW, max, 0), seed, WINDOW / max / 2);

        for (long window = 0; window <= taken.get(taken.size() - 1) / WINDOW; window++) {
            long start = window * WINDOW;
            assertThat(taken.stream()
                            .filter(it -> it >= start && it < start + WINDOW)
                            .count())
                    .isLessThanOrEqualTo(max);
        }
    }

    @Property(tries = 300)
    void noWindowAnywhereTakesMoreThanTheMost(@ForAll @IntRange(min = 1, max = 30) int max, @ForAll long seed) {
        List<Long> taken = taken(RateLimit.slidingWindow(WINDOW, max), seed, WINDOW / max / 2);

        assertThat(most(taken, WINDOW)).isLessThanOrEqualTo(max);
    }

    @Property(tries = 100)
    void noWindowAnywhereTakesMoreThanALargeMost(
            @ForAll @IntRange(min = 900, max = 3_000) int max, @ForAll @LongRange(min = 1, max = 10) long haste) {
        RateLimit limit = RateLimit.slidingWindow(WINDOW, max);
        List<Long> taken = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
            now += i % 4_999 == 0 ? WINDOW / 2 : WINDOW / max / haste;
            long wait = limit.tryAcquire(now);
            if (wait == 0) {
                taken.add(now);
            } else {
                // exact but for a thousandth of the window
                long exact = taken.get(taken.size() - max) + WINDOW - now;
                assertThat(wait).isBetween(exact, exact + WINDOW / 1_000);
            }
        }

        assertThat(taken.size()).isGreaterThan(max);
        assertThat(most(taken, WINDOW)).isLessThanOrEqualTo(max);
    }

    @Property(tries = 100)
    void steadyTrafficNeverPassesMoreThanTheMostInAnyWindow(
            @ForAll @IntRange(min = 2, max = 60) int max, @ForAll @LongRange(min = 1, max = 10) long haste) {
        RateLimit limit = RateLimit.slidingWindow(WINDOW, max);
        List<Long> taken = new ArrayList<>();
        long pace = WINDOW / max / haste;
        for (long now = 0; now < 20 * WINDOW; now += pace) {
            if (limit.tryAcquire(now) == 0) {
                taken.add(now);
            }
        }
        List<Long> settled = taken.stream().filter(it -> it > 6 * WINDOW).toList();

        assertThat(taken.size()).isLessThanOrEqualTo(20 * max);
        assertThat(most(settled, 5 * WINDOW)).isLessThanOrEqualTo(6 * max);
    }

    @Property(tries = 200)
    void aBucketGivesItsSizeAndWhatFlowsIn(
            @ForAll @IntRange(min = 1, max = 30) int size,
            @ForAll @DoubleRange(min = 0.5, max = 100) double rate,
            @ForAll long seed) {
        List<Long> taken = taken(RateLimit.tokenBucket(size, rate, 0), seed, (long) (SECOND / rate / 2));

        for (int from = 0; from < taken.size(); from += 7) {
            for (int to = from; to < taken.size(); to += 5) {
                double flowed = rate * (taken.get(to) - taken.get(from)) / SECOND;
                assertThat((double) (to - from + 1)).isLessThanOrEqualTo(size + flowed + 1e-6);
            }
        }
    }

    private static List<Long> taken(RateLimit limit, long seed, long pace) {
        Random random = new Random(seed);
        List<Long> taken = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 400; i++) {
            now += random.nextInt(20) == 0 ? WINDOW / 2 : (long) (random.nextDouble() * pace);
            if (limit.tryAcquire(now) == 0) {
                taken.add(now);
            }
        }
        return taken;
    }

    private static int most(List<Long> taken, long window) {
        int most = 0;
        int from = 0;
        for (int to = 0; to < taken.size(); to++) {
            while (taken.get(to) - taken.get(from) >= window) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }
}

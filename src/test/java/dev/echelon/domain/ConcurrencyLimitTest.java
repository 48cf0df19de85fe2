package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ConcurrencyLimit.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Permits are never more than the limit, and none is lost. */
class ConcurrencyLimitTest {

    @Test
    void takesAsManyAsItsLimit() {
        ConcurrencyLimit limit = new ConcurrencyLimit(2);

        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isTrue();
        assertThat(limit.hasRoom(Lane.INTERACTIVE)).isTrue();
        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isTrue();
        assertThat(limit.hasRoom(Lane.INTERACTIVE)).isFalse();
        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isFalse();
        limit.release(0);
        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isTrue();
        assertThat(limit.inUse()).isEqualTo(2);
    }

    @Test
    void handsPermitsOverInTheOrderOfTheQueue() {
        ConcurrencyLimit limit = new ConcurrencyLimit(3);
        List<String> granted = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            limit.tryAcquire(Lane.INTERACTIVE);
        }
        limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> granted.add("first"));
        limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> granted.add("second"));

        limit.release(0);
        assertThat(granted).containsExactly("first");
        assertThat(limit.tryAcquire(Lane.INTERACTIVE))
                .as("the permit went to the queue")
                .isFalse();
        limit.release(0);
        assertThat(granted).containsExactly("first", "second");
        assertThat(limit.inUse()).isEqualTo(3);
        limit.release(0);
        assertThat(limit.inUse()).isEqualTo(2);
    }

    @Test
    void whoWouldWaitInVainIsNotLetIn() {
        ConcurrencyLimit limit = new ConcurrencyLimit(10);
        for (int i = 0; i < 100; i++) {
            limit.tryAcquire(Lane.INTERACTIVE);
            limit.release(2_000);
        }
        for (int i = 0; i < 10; i++) {
            limit.tryAcquire(Lane.INTERACTIVE);
        }
        int let = 0;
        while (limit.enqueue(Lane.INTERACTIVE, 1_000, () -> {}) != null) {
            let++;
        }

        assertThat(let).as("a tenth of 2,000 passes per place").isEqualTo(2);
        assertThat(limit.enqueue(Lane.INTERACTIVE, 1_300, () -> {})).isNotNull();
        limit.release(0);
        assertThat(limit.enqueue(Lane.INTERACTIVE, 1_300, () -> {}))
                .as("what was not used says nothing")
                .isNotNull();
    }

    @Test
    void theBatchLaneLeavesSomeAndGoesLast() {
        ConcurrencyLimit limit = new ConcurrencyLimit(4, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(limit.tryAcquire(Lane.BATCH)).isTrue();
        }
        assertThat(limit.hasRoom(Lane.BATCH)).isFalse();
        assertThat(limit.tryAcquire(Lane.BATCH)).isFalse();
        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isTrue();

        List<String> granted = new ArrayList<>();
        limit.enqueue(Lane.BATCH, Long.MAX_VALUE, () -> granted.add("batch"));
        limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> granted.add("interactive"));
        limit.release(0);
        assertThat(granted).containsExactly("interactive");
        limit.release(0);
        assertThat(granted).as("the last permit is not for batch").containsExactly("interactive");
        limit.release(0);
        assertThat(granted).containsExactly("interactive", "batch");
        assertThat(limit.inUse()).isEqualTo(3);
    }

    @Test
    void whoLeavesIsPassedOver() {
        ConcurrencyLimit limit = new ConcurrencyLimit(2);
        List<String> granted = new ArrayList<>();
        limit.tryAcquire(Lane.INTERACTIVE);
        limit.tryAcquire(Lane.INTERACTIVE);
        Place first = place(limit, () -> granted.add("first"));
        limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> granted.add("second"));

        assertThat(first.leave()).isTrue();
        assertThat(first.leave()).isFalse();
        limit.release(0);
        assertThat(granted).containsExactly("second");
    }

    @Test
    void whoWasGrantedAPermitCannotLeaveWithoutIt() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1);
        limit.tryAcquire(Lane.INTERACTIVE);
        Place place = place(limit, () -> {});

        limit.release(0);
        assertThat(place.leave()).isFalse();
        assertThat(limit.inUse()).isEqualTo(1);
        limit.release(0);
        assertThat(limit.inUse()).isZero();
    }

    @Test
    void whoQueuesWhileAPermitIsFreeGetsItAtOnce() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1);
        AtomicBoolean granted = new AtomicBoolean();

        Place place = place(limit, () -> granted.set(true));

        assertThat(granted).isTrue();
        assertThat(place.leave()).isFalse();
        assertThat(limit.tryAcquire(Lane.INTERACTIVE)).isFalse();
    }

    @Test
    void theQueueIsAsLongAsTheLimitAndAtMostAHundred() {
        assertThat(queueOf(3)).isEqualTo(3);
        assertThat(queueOf(250)).isEqualTo(100);
    }

    private static int queueOf(int limit) {
        ConcurrencyLimit full = new ConcurrencyLimit(limit);
        while (full.tryAcquire(Lane.INTERACTIVE)) {}
        while (full.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> {}) != null) {}
        return full.queued();
    }

    private static Place place(ConcurrencyLimit limit, Runnable onGranted) {
        return Objects.requireNonNull(limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, onGranted));
    }

    @Property(tries = 300)
    void noPermitIsLostOrGivenTwice(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int most) {
        Random random = new Random(seed);
        ConcurrencyLimit limit = new ConcurrencyLimit(most);
        AtomicInteger held = new AtomicInteger();
        List<Place> waiting = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            switch (random.nextInt(4)) {
                case 0 -> held.addAndGet(limit.tryAcquire(Lane.INTERACTIVE) ? 1 : 0);
                case 1 -> {
                    Place place = limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, held::incrementAndGet);
                    if (place != null) {
                        waiting.add(place);
                    }
                }
                case 2 -> {
                    if (!waiting.isEmpty()) {
                        waiting.remove(random.nextInt(waiting.size())).leave();
                    }
                }
                default -> {
                    if (held.get() > 0) {
                        held.decrementAndGet();
                        limit.release(0);
                    }
                }
            }
            assertThat(limit.inUse()).isEqualTo(held.get()).isLessThanOrEqualTo(most);
            assertThat(limit.queued() == 0 || limit.inUse() == most)
                    .as("nobody waits while a permit is free")
                    .isTrue();
        }
    }

    @Test
    void threadsThatCancelAtRandomLoseNoPermit() throws Exception {
        ConcurrencyLimit limit = new ConcurrencyLimit(4);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger peak = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> work = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                work.add(threads.submit(visitor(limit, running, peak, new Random(i))));
            }
            for (Future<Boolean> future : work) {
                assertThat(future.get(60, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(peak.get()).isBetween(1, 4);
        assertThat(limit.inUse()).isZero();
        assertThat(limit.queued()).isZero();
    }

    /** Takes a permit at once or from the queue, or leaves the queue when it was not granted one by then. */
    private static Callable<Boolean> visitor(
            ConcurrencyLimit limit, AtomicInteger running, AtomicInteger peak, Random random) {
        return () -> {
            for (int i = 0; i < 20_000; i++) {
                boolean permit = limit.tryAcquire(Lane.INTERACTIVE);
                if (!permit) {
                    Place place = limit.enqueue(Lane.INTERACTIVE, Long.MAX_VALUE, () -> {});
                    for (int spin = random.nextInt(50); spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    permit = place != null && !place.leave();
                }
                if (permit) {
                    peak.accumulateAndGet(running.incrementAndGet(), Math::max);
                    running.decrementAndGet();
                    limit.release(0);
                }
            }
            return true;
        };
    }
}

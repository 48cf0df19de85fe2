package dev.echelon.domain;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Says after which wait a second attempt beside a slow one is worth its price, and lets no more than a small share of the
 * requests have one (Dean and Barroso, "The Tail at Scale"). One a target; thread-safe.
 */
public final class HedgeGate {

    /** Never, as far as is known yet. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int SAMPLES = 128;
    private static final int FEWEST_SAMPLES = 20;
    private static final int RENEW_EVERY = 16;
    private static final long WHOLE = 1_000_000;
    private static final long MOST_SAVED = 10 * WHOLE;

    private final Rules rules;
    private final AtomicLongArray latencies = new AtomicLongArray(SAMPLES);
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicLong saved = new AtomicLong();
    private volatile long delay = NEVER;

    public HedgeGate(Rules rules) {
        this.rules = rules;
    }

    /**
     * @param quantile of the latest answers' times after which a request counts as slow, such as 0.95
     * @param maxShare hedges as a share of the requests, such as 0.05
     * @param minDelay hedge no earlier than this
     */
    public record Rules(double quantile, double maxShare, Duration minDelay) {}

    /** A request begins: the nanoseconds after which it counts as slow, {@link #NEVER} while too little is known. */
    public long begin() {
        long earned = (long) (rules.maxShare() * WHOLE);
        saved.updateAndGet(before -> Math.min(before + earned, MOST_SAVED));
        return delay;
    }

    /** Takes the leave to hedge once, if the requests so far have earned it. */
    public boolean tryHedge() {
        while (true) {
            long before = saved.get();
            if (before < WHOLE) {
                return false;
            }
            if (saved.compareAndSet(before, before - WHOLE)) {
                return true;
            }
        }
    }

    /** The leave was not used. */
    public void giveBack() {
        saved.addAndGet(WHOLE);
    }

    /** An attempt that nobody hurried took this long to its answer. */
    public void answered(long nanos) {
        int count = answers.getAndIncrement();
        latencies.set(Math.floorMod(count, SAMPLES), nanos);
        int known = count + 1;
        if (known >= FEWEST_SAMPLES && known % RENEW_EVERY == 0) {
            long[] sorted = new long[Math.min(known, SAMPLES)];
            Arrays.setAll(sorted, latencies::get);
            Arrays.sort(sorted);
            int at = (int) Math.min(sorted.length - 1, (long) Math.ceil(sorted.length * rules.quantile()) - 1);
            delay = Math.max(sorted[Math.max(0, at)], rules.minDelay().toNanos());
        }
    }
}

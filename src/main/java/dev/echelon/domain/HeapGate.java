package dev.echelon.domain;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets fewer requests in while memory is short. Each collection that leaves the heap fuller than {@link #SHED_ABOVE}
 * halves how many may be in flight; the first that leaves it below {@link #CALM_BELOW} lifts the bound. Thread-safe.
 */
public final class HeapGate {

    public static final double SHED_ABOVE = 0.95;
    public static final double CALM_BELOW = 0.92;
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /** So many always get in: without work nothing is collected, and the bound would stay for ever. */
    private static final int FEWEST = 4;

    private final AtomicInteger ceiling = new AtomicInteger(UNBOUNDED);

    /**
     * The garbage collector has looked at all that lives long.
     *
     * @param use of its space, 0 to 1
     * @param inFlight requests at the moment
     */
    public void collected(double use, int inFlight) {
        if (use > SHED_ABOVE) {
            ceiling.updateAndGet(before -> Math.max(FEWEST, Math.min(before, inFlight) / 2));
        } else if (use < CALM_BELOW) {
            ceiling.set(UNBOUNDED);
        }
    }

    /** Requests that may be in flight. */
    public int ceiling() {
        return ceiling.get();
    }
}

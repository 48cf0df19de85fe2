package dev.echelon.domain;

import java.util.Locale;

/** What the walk may know about instances. Reads only; answers may be a moment old. */
public interface InstanceStates {

    /** Whether an instance may be asked now, and if not, why and until when. */
    Condition condition(Instance instance, long now);

    /** Attempts running on it. */
    int inFlight(Instance instance);

    /** Attempts running on it that the retry budget counts: returns, and in bad times what came from a failure. */
    int returnsInFlight(Instance instance);

    /** Whether it would take a forced probe now, although its breaker is open or its model unhealthy. */
    boolean probeable(Instance instance, long now);

    /**
     * What stands in an instance's way.
     *
     * @param waitNanos how long the obstacle is known to last; 0 when there is none or it is unknown
     * @param share of its normal traffic it should take, 0.1 to 1; below 1 just after its breaker closed or its
     *     model recovered
     */
    record Condition(Obstacle obstacle, long waitNanos, double share) {

        public static final Condition READY = new Condition(Obstacle.NONE, 0, 1);

        public static Condition blocked(Obstacle obstacle, long waitNanos) {
            return new Condition(obstacle, Math.max(0, waitNanos), 1);
        }

        public boolean ready() {
            return obstacle == Obstacle.NONE;
        }
    }

    /** Why an instance may not be asked. */
    enum Obstacle {
        NONE,
        BREAKER_OPEN,
        UNHEALTHY,
        COOLING,
        QUARANTINE,
        /** Its echelon runs as many attempts as it may. */
        CONCURRENCY,
        /** Its echelon has begun as many attempts this minute as it may. */
        RPM;

        /** As in traces and metrics: {@code breaker_open}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

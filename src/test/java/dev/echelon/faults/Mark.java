package dev.echelon.faults;

import java.time.Duration;

/**
 * What a fault leaves behind on the model that had it.
 *
 * @param time how long the model is left alone at most; zero where it is not
 */
record Mark(Kind kind, Duration time) {

    enum Kind {
        NOTHING,
        /** Each attempt counts as a failure for the breaker. */
        COUNTS,
        COOLS,
        QUARANTINE
    }

    static Mark nothing() {
        return new Mark(Kind.NOTHING, Duration.ZERO);
    }

    static Mark counts() {
        return new Mark(Kind.COUNTS, Duration.ZERO);
    }

    static Mark cools(Duration time) {
        return new Mark(Kind.COOLS, time);
    }

    static Mark quarantine(Duration time) {
        return new Mark(Kind.QUARANTINE, time);
    }

    /** Whether it lasts long enough for another request to run into it. */
    boolean isFelt() {
        return time.compareTo(Duration.ofSeconds(1)) > 0;
    }
}

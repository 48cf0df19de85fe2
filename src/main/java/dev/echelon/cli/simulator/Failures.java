package dev.echelon.cli.simulator;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides which requests fail, and how; the ways are equally likely. */
final class Failures {

    /** The ways a simulated provider fails. */
    enum Failure {
        RATE_LIMITED,
        SERVER_ERROR,
        UNAVAILABLE,
        DROPPED_CONNECTION
    }

    private final double rate;
    private final RandomGenerator random;

    Failures(double rate, RandomGenerator random) {
        this.rate = rate;
        this.random = random;
    }

    /** How the next request fails, {@code null} when it does not. */
    @Nullable
    Failure next() {
        if (rate == 0 || random.nextDouble() >= rate) {
            return null;
        }
        Failure[] ways = Failure.values();
        return ways[random.nextInt(ways.length)];
    }
}

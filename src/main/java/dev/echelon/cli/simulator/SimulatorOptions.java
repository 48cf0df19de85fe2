package dev.echelon.cli.simulator;

import java.time.Duration;

/**
 * How the simulated models behave.
 *
 * @param latency time until the first byte of a plain answer, or the first token of a stream
 * @param tokenInterval time between two tokens of a stream; zero writes as fast as the caller reads
 * @param failureRate share of requests that fail, 0 to 1: a mix of 429, 500, 503 and dropped connections
 * @param seed decides which requests fail, and how
 */
public record SimulatorOptions(Duration latency, Duration tokenInterval, double failureRate, long seed) {

    /** Never fails; 200 ms to the first token, 30 ms between tokens. */
    public static final SimulatorOptions DEFAULTS =
            new SimulatorOptions(Duration.ofMillis(200), Duration.ofMillis(30), 0, 42);

    public SimulatorOptions {
        if (latency.isNegative()) {
            throw new IllegalArgumentException("latency must not be negative: " + latency);
        }
        if (tokenInterval.isNegative()) {
            throw new IllegalArgumentException("tokenInterval must not be negative: " + tokenInterval);
        }
        if (!(failureRate >= 0 && failureRate <= 1)) {
            throw new IllegalArgumentException("failureRate must be between 0 and 1: " + failureRate);
        }
    }
}

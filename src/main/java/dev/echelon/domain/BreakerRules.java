package dev.echelon.domain;

import java.time.Duration;

/**
 * What Echelon adds to a breaker's failure-rate window: it opens after consecutive failures, stays open longer each time
 * it opens again, and lets traffic back in gradually. Pure functions over a {@link Memory}.
 *
 * @param failureThreshold consecutive counted failures that open it
 * @param recoveryTime how long it stays open the first time
 * @param halfOpenRequests successful probes that close it again
 */
public record BreakerRules(int failureThreshold, Duration recoveryTime, int halfOpenRequests) {

    public static final Duration MAX_RECOVERY = Duration.ofMinutes(5);
    public static final Duration HEALTHY_AGAIN = Duration.ofMinutes(5);
    public static final Duration RAMP = Duration.ofSeconds(30);
    private static final double RAMP_START = 0.1;

    /**
     * What a breaker remembers.
     *
     * @param failures counted failures in a row
     * @param openings how many times it opened without five healthy minutes between
     * @param openedAt nanos; of no meaning before the first opening
     * @param openUntil nanos; likewise
     * @param closedAt nanos of the last closing after an opening
     * @param ramping whether it was closed after its last opening: from then on its share grows and its health counts
     */
    public record Memory(int failures, int openings, long openedAt, long openUntil, long closedAt, boolean ramping) {

        public static final Memory FRESH = new Memory(0, 0, 0, 0, 0, false);

        Memory withFailures(int count) {
            return new Memory(count, openings, openedAt, openUntil, closedAt, ramping);
        }
    }

    public Memory onSuccess(Memory memory) {
        return memory.failures == 0 ? memory : memory.withFailures(0);
    }

    public Memory onFailure(Memory memory) {
        return memory.withFailures(memory.failures + 1);
    }

    /** Whether the failures in a row are enough to open it. */
    public boolean mustOpen(Memory memory) {
        return memory.failures >= failureThreshold;
    }

    /**
     * Opens it. Where it is to be open anyway, because a forced probe failed or others failed at the same moment, it
     * stays open as long as it was to be: that is no further opening.
     *
     * @param jitter from 0 to 1: up to a tenth is added to the recovery time, so that breakers do not close in step
     */
    public Memory onOpen(Memory memory, long now, double jitter) {
        if (memory.openings > 0 && !memory.ramping && memory.openUntil - now > 0) {
            return memory.withFailures(0);
        }
        boolean healthyBetween = memory.ramping && now - memory.closedAt >= HEALTHY_AGAIN.toNanos();
        int openings = healthyBetween ? 1 : memory.openings + 1;
        long nanos = Math.min(recoveryTime.toNanos() * openings, MAX_RECOVERY.toNanos());
        nanos += (long) (nanos * 0.1 * jitter);
        return new Memory(0, openings, now, now + nanos, memory.closedAt, false);
    }

    public Memory onClose(Memory memory, long now) {
        return new Memory(0, memory.openings, memory.openedAt, memory.openUntil, now, true);
    }

    /** The share of its normal traffic, 0.1 to 1, that it takes after closing. */
    public double share(Memory memory, long now) {
        return memory.ramping ? ramp(memory.closedAt, now) : 1;
    }

    /** The share, 0.1 to 1, of whoever came back at that moment. */
    static double ramp(long since, long now) {
        double part = (double) (now - since) / RAMP.toNanos();
        return part >= 1 ? 1 : RAMP_START + (1 - RAMP_START) * Math.max(0, part);
    }
}

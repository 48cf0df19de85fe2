package dev.echelon.config;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HedgeGate;
import java.time.Duration;
import java.util.Set;

/**
 * {@code [global]} of a wrapper file: what holds for every request.
 *
 * @param defaultTimeout of an attempt whose echelon sets none
 * @param maxRetries returns per echelon where it sets none
 * @param requestDeadline for the whole request; the caller may shorten it
 * @param streamIdleTimeout longest silence within a stream after its first token
 * @param streamTotalTimeout longest stream
 * @param patience longest wait for a return before the walk goes down a tier
 * @param maxReturns returns per request
 * @param retryBudget returns as a share of an instance's requests in flight, floor 3
 * @param maxInFlight requests the process takes at once
 * @param batchShare of an echelon's limits that requests of the batch lane may use, 0 to 1
 * @param hedging a second attempt beside a slow one
 * @param allowDirect whether models that no echelon and no {@code direct} wrapper names may be asked
 */
public record RequestDefaults(
        Duration defaultTimeout,
        int maxRetries,
        Duration requestDeadline,
        Duration streamIdleTimeout,
        Duration streamTotalTimeout,
        Duration patience,
        int maxReturns,
        double retryBudget,
        int maxInFlight,
        double batchShare,
        Hedging hedging,
        boolean allowDirect,
        boolean functionCallingEnabled,
        ToolSelection toolSelection,
        MetricsConfig metrics,
        ErrorHandling errorHandling,
        Cache cache,
        Idempotency idempotency,
        Logging logging) {

    /** {@code tool_selection_strategy}. */
    public enum ToolSelection {
        AUTO,
        MANUAL,
        PRIORITY
    }

    /** {@code [global.hedging]}; off unless asked for, and for plain requests only. */
    public record Hedging(boolean enabled, HedgeGate.Rules rules) {}

    /**
     * @param retryOnErrors kinds after which the same instance may be asked again
     * @param maxRetryDelay cap of the growing delay
     * @param backoffFactor growth of the delay from return to return
     */
    public record ErrorHandling(Set<FailureKind> retryOnErrors, Duration maxRetryDelay, double backoffFactor) {}

    /**
     * Answers for requests that ask the same again. One cache serves all requests: its bounds are those of the common
     * {@code [global]}; the other keys may differ for wrappers of task groups.
     *
     * @param maxSize answers that are kept at once
     * @param maxSizeMb memory that they may take together, in MiB; answers under way may take as much again
     * @param maxAnswerMb memory that one may take, in MiB; a larger one is not kept
     * @param ttl how long one is kept
     * @param cacheAny also requests with a temperature above 0 and no seed
     * @param cacheStreams also requests for streamed answers
     */
    public record Cache(
            boolean enabled,
            int maxSize,
            int maxSizeMb,
            int maxAnswerMb,
            Duration ttl,
            boolean cacheAny,
            boolean cacheStreams) {}

    /**
     * What is kept for requests with an {@code Idempotency-Key}. One store serves all requests: what counts is the common
     * {@code [global]}, not that of wrappers of task groups.
     *
     * @param ttl how long an answer is kept
     * @param maxEntries answers kept at once
     * @param maxSizeMb memory that they may take together, in MiB; answers under way may take as much again
     * @param maxAnswerMb memory that one may take, in MiB; a larger one is not kept
     */
    public record Idempotency(Duration ttl, int maxEntries, int maxSizeMb, int maxAnswerMb) {}

    public enum LogLevel {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    public enum LogFormat {
        JSON,
        TEXT
    }

    /**
     * @param requestLogging one line a request: target, sizes, kinds, times
     * @param logContent whether prompts and answers may be logged; off unless asked for
     */
    public record Logging(
            LogLevel level, LogFormat format, boolean requestLogging, boolean responseLogging, boolean logContent) {}
}

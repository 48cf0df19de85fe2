package dev.echelon.domain;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model in one echelon of one task group.
 *
 * @param id {@code fast_group.echelon1/openai:gpt-4o}, or {@code direct/openai:gpt-4o}
 * @param echelon the owner of the limits it shares: {@code fast_group.echelon1}, or its own id when direct
 * @param dialect of its provider
 * @param retry when and how often it may be asked again
 * @param timeout of an attempt: the whole of a plain one, up to the first content token of a stream
 * @param temperature default for the caller's
 * @param maxTokens default and ceiling for the caller's
 * @param contextWindow tokens, {@code null} when unknown
 */
public record Instance(
        String id,
        String echelon,
        ModelKey key,
        String dialect,
        Retry retry,
        Duration timeout,
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        @Nullable Integer contextWindow) {

    /** The same for another model, where one instance stands for all of a provider. */
    public Instance withKey(ModelKey other) {
        return new Instance(id, echelon, other, dialect, retry, timeout, temperature, maxTokens, contextWindow);
    }

    /**
     * Returns to an instance that failed.
     *
     * @param on the kinds after which it may be asked again ({@code retry_on_errors})
     * @param maxReturns over the whole echelon, per request ({@code max_retries})
     * @param delay before the first return; the n-th waits {@code delay * factor^n}, at most {@code maxDelay}, full
     *     jitter
     */
    public record Retry(Set<FailureKind> on, int maxReturns, Duration delay, double factor, Duration maxDelay) {

        /** The unjittered wait before return number {@code n}, from 0, in nanoseconds. */
        long ceilingNanos(int n) {
            double nanos = delay.toNanos() * Math.pow(factor, n);
            return (long) Math.min(nanos, (double) maxDelay.toNanos());
        }
    }
}

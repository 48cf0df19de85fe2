package dev.echelon.config;

import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Echelons of models, tried downwards.
 *
 * @param echelons by name, sorted by priority (lowest number first), then as written
 * @param metadata free, without behaviour
 */
public record TaskGroupConfig(
        String name,
        String description,
        Breaker breaker,
        Fallback fallback,
        Map<String, Echelon> echelons,
        MetricsConfig metrics,
        Map<String, Object> metadata) {

    /**
     * @param failureThreshold consecutive counted failures that open an instance's breaker
     * @param recoveryTime how long it stays open the first time
     * @param halfOpenRequests successful probes that close it again
     */
    public record Breaker(int failureThreshold, Duration recoveryTime, int halfOpenRequests) {}

    /** {@code echelon_down} goes to the next echelon, {@code group_fallback} to the listed groups instead. */
    public enum FallbackStrategy {
        ECHELON_DOWN,
        GROUP_FALLBACK
    }

    /**
     * What follows the first tier when the group itself is asked.
     *
     * @param groups {@code group.echelon} or {@code group}; empty: the group's own echelons in order
     * @param maxAttempts tiers after the first
     * @param retryDelay first delay before an instance is asked again
     */
    public record Fallback(FallbackStrategy strategy, List<String> groups, int maxAttempts, Duration retryDelay) {}

    /**
     * A tier of models that share limits.
     *
     * @param models never empty
     * @param concurrencyLimit attempts in flight over all its instances
     * @param rpmLimit attempts a minute over all its instances
     * @param timeout of an attempt: the whole of a plain one, up to the first content token of a stream
     * @param maxRetries returns to an instance that already failed, per request
     * @param temperature default for the caller's
     * @param maxTokens default and ceiling for the caller's
     * @param apiKey instead of the provider's; legal only where all models share one provider
     * @param baseUrl instead of the provider's; likewise
     */
    public record Echelon(
            String name,
            List<ModelRef> models,
            int concurrencyLimit,
            int rpmLimit,
            int priority,
            Duration timeout,
            int maxRetries,
            @Nullable Double temperature,
            @Nullable Integer maxTokens,
            @Nullable Secret apiKey,
            @Nullable URI baseUrl) {

        Echelon withoutOverrides() {
            return new Echelon(
                    name,
                    models,
                    concurrencyLimit,
                    rpmLimit,
                    priority,
                    timeout,
                    maxRetries,
                    temperature,
                    maxTokens,
                    null,
                    null);
        }
    }

    /** The same with echelons that leave key and address to their providers. */
    TaskGroupConfig withoutEchelonOverrides() {
        Map<String, Echelon> plain = new LinkedHashMap<>();
        echelons.forEach((echelon, value) -> plain.put(echelon, value.withoutOverrides()));
        return new TaskGroupConfig(
                name, description, breaker, fallback, Collections.unmodifiableMap(plain), metrics, metadata);
    }
}

package dev.echelon.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All instances of its task groups, spread by a rotation strategy.
 *
 * @param taskGroups {@code group} or {@code group.echelon}, in the order they are walked
 * @param metadata free, without behaviour
 */
public record PoolConfig(
        String name,
        String description,
        List<String> taskGroups,
        Rotation rotation,
        HealthCheck healthCheck,
        Fallback fallback,
        RateLimiting rateLimiting,
        MetricsConfig metrics,
        Map<String, Object> metadata) {

    /** {@code round_robin | random | weighted | least_connections}. */
    public enum RotationType {
        ROUND_ROBIN,
        RANDOM,
        WEIGHTED,
        LEAST_CONNECTIONS
    }

    /**
     * @param weights by {@code group}, {@code group.echelon} or {@code group.echelon/provider:model}; empty unless
     *     weighted
     * @param acrossAll {@code options.across = "all"}: all echelons are one tier
     */
    public record Rotation(RotationType type, Map<String, Integer> weights, boolean acrossAll) {}

    public record HealthCheck(Duration interval, int failureThreshold, Duration recoveryTime) {}

    /** {@code instance_rotation} stays within the pool, {@code pool_fallback} goes on to other pools. */
    public enum FallbackStrategy {
        INSTANCE_ROTATION,
        POOL_FALLBACK
    }

    /**
     * @param maxInstanceAttempts visits to one instance in one request
     * @param pools in order; used with {@code POOL_FALLBACK} only
     */
    public record Fallback(FallbackStrategy strategy, int maxInstanceAttempts, List<String> pools) {}

    public enum RateAlgorithm {
        TOKEN_BUCKET,
        FIXED_WINDOW
    }

    /**
     * Requests a pool takes.
     *
     * @param bucketSize tokens a full bucket holds
     * @param refillRate tokens a second
     */
    public record RateLimiting(
            boolean enabled,
            RateAlgorithm algorithm,
            int bucketSize,
            double refillRate,
            Duration windowSize,
            int maxRequests) {}
}

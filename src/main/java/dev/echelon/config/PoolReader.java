package dev.echelon.config;

import dev.echelon.config.PoolConfig.Fallback;
import dev.echelon.config.PoolConfig.FallbackStrategy;
import dev.echelon.config.PoolConfig.HealthCheck;
import dev.echelon.config.PoolConfig.RateAlgorithm;
import dev.echelon.config.PoolConfig.RateLimiting;
import dev.echelon.config.PoolConfig.Rotation;
import dev.echelon.config.PoolConfig.RotationType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads {@code pools/*.toml}. */
final class PoolReader {

    /** The words of {@code options.across}; without it each echelon is a tier. */
    private enum Across {
        ALL
    }

    private static final Bounds WEIGHT = Bounds.between(0, 1_000_000);
    private static final HealthCheck HEALTH = new HealthCheck(Duration.ofSeconds(30), 3, Duration.ofSeconds(60));
    private static final RateLimiting RATE =
            new RateLimiting(true, RateAlgorithm.TOKEN_BUCKET, 1000, 16.67, Duration.ofSeconds(60), 1000);

    private final Report report;

    PoolReader(Report report) {
        this.report = report;
    }

    Optional<Located<PoolConfig>> read(Document document) {
        return Sections.main(document, "pool", report)
                .map(main -> new Located<>(pool(main, document), main.node(), document.key()));
    }

    private PoolConfig pool(TableReader main, Document document) {
        PoolConfig pool = new PoolConfig(
                Sections.name(main, document, report),
                main.text("description", ""),
                main.requiredItems("task_groups", "task group", "fast_group").stream()
                        .map(TableReader.Item::text)
                        .toList(),
                rotation(main.table("rotation_strategy")),
                healthCheck(main.table("health_check")),
                fallback(main.table("fallback")),
                rateLimiting(main),
                Sections.metrics(main.table("metrics"), "interval"),
                main.free("metadata"));
        main.finish();
        return pool;
    }

    private Rotation rotation(TableReader table) {
        RotationType type = table.choice("type", RotationType.class, RotationType.ROUND_ROBIN);
        TableReader options = table.table("options");
        Map<String, Integer> weights = options.integers("weights", WEIGHT);
        boolean across = options.has("across");
        options.choice("across", Across.class, Across.ALL);
        options.finish();
        table.finish();
        if (type != RotationType.WEIGHTED && !weights.isEmpty()) {
            report.warning(
                    options.place("weights"),
                    options.path("weights") + " counts with type = \"weighted\" only, and is ignored");
            weights = Map.of();
        }
        return new Rotation(type, weights, across);
    }

    private static HealthCheck healthCheck(TableReader table) {
        HealthCheck check = new HealthCheck(
                table.seconds("interval", Bounds.POSITIVE, HEALTH.interval()),
                table.integer("failure_threshold", Bounds.POSITIVE, HEALTH.failureThreshold()),
                table.seconds("recovery_time", Bounds.POSITIVE, HEALTH.recoveryTime()));
        table.finish();
        return check;
    }

    private Fallback fallback(TableReader table) {
        FallbackStrategy strategy =
                table.choice("strategy", FallbackStrategy.class, FallbackStrategy.INSTANCE_ROTATION);
        Fallback fallback = new Fallback(
                strategy,
                table.integer("max_instance_attempts", Bounds.between(1, 5), 2),
                table.texts("fallback_pools"));
        table.finish();
        if (strategy == FallbackStrategy.INSTANCE_ROTATION && !fallback.pools().isEmpty()) {
            report.warning(
                    table.place("fallback_pools"),
                    table.path("fallback_pools") + " counts with strategy = \"pool_fallback\" only, and is ignored");
        }
        if (strategy == FallbackStrategy.POOL_FALLBACK && fallback.pools().isEmpty()) {
            report.warning(
                    table.place("fallback_pools"),
                    table.path("fallback_pools") + " is empty: nothing follows this pool");
        }
        return fallback;
    }

    /** A pool that says nothing of limits has none; both algorithms are checked, the chosen one counts. */
    private static RateLimiting rateLimiting(TableReader main) {
        boolean written = main.has("rate_limiting");
        TableReader table = main.table("rate_limiting");
        TableReader bucket = table.table("token_bucket");
        TableReader window = table.table("fixed_window");
        RateLimiting limiting = new RateLimiting(
                table.bool("enabled", written),
                table.choice("algorithm", RateAlgorithm.class, RATE.algorithm()),
                bucket.integer("bucket_size", Bounds.POSITIVE, RATE.bucketSize()),
                bucket.decimal("refill_rate", Bounds.POSITIVE, RATE.refillRate()),
                window.seconds("window_size", Bounds.POSITIVE, RATE.windowSize()),
                window.integer("max_requests", Bounds.POSITIVE, RATE.maxRequests()));
        bucket.finish();
        window.finish();
        table.finish();
        return limiting;
    }
}

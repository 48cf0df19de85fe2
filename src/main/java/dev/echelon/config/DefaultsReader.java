package dev.echelon.config;

import dev.echelon.config.RequestDefaults.Cache;
import dev.echelon.config.RequestDefaults.ErrorHandling;
import dev.echelon.config.RequestDefaults.Hedging;
import dev.echelon.config.RequestDefaults.Idempotency;
import dev.echelon.config.RequestDefaults.LogFormat;
import dev.echelon.config.RequestDefaults.LogLevel;
import dev.echelon.config.RequestDefaults.Logging;
import dev.echelon.config.RequestDefaults.ToolSelection;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HedgeGate;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads {@code [global]} of the wrapper files, the same keys for pools and for task groups. */
final class DefaultsReader {

    private static final List<String> RETRIED = List.of("timeout", "rate_limit", "network_error");
    private static final List<String> RETRIABLE = Stream.of(FailureKind.values())
            .filter(kind -> kind.returns() != FailureKind.Returns.NEVER)
            .map(FailureKind::word)
            .toList();

    /** A weight in bytes is an int. */
    private static final Bounds CACHE_MEGABYTES = Bounds.between(1, 2047);

    private final Report report;

    DefaultsReader(Report report) {
        this.report = report;
    }

    RequestDefaults read(Node.Table table) {
        TableReader global = new TableReader(table, "global", report);
        RequestDefaults defaults = new RequestDefaults(
                global.seconds("default_timeout", Bounds.POSITIVE, Duration.ofSeconds(30)),
                global.integer("max_retries", GroupReader.RETRIES, 3),
                global.seconds("request_deadline", Bounds.POSITIVE, Duration.ofSeconds(120)),
                global.seconds("stream_idle_timeout", Bounds.POSITIVE, Duration.ofSeconds(30)),
                global.seconds("stream_total_timeout", Bounds.POSITIVE, Duration.ofSeconds(600)),
                global.seconds("patience", Bounds.NOT_NEGATIVE, Duration.ofSeconds(1)),
                global.integer("max_returns", Bounds.between(0, 100), 4),
                global.decimal("retry_budget", Bounds.between(0, 1), 0.2),
                global.integer("max_in_flight", Bounds.POSITIVE, 20_000),
                global.decimal("batch_share", Bounds.between(0, 1), 0.8),
                hedging(global.table("hedging")),
                global.bool("allow_direct", false),
                global.bool("function_calling_enabled", true),
                global.choice("tool_selection_strategy", ToolSelection.class, ToolSelection.AUTO),
                Sections.flatMetrics(global),
                errorHandling(global.table("error_handling")),
                cache(global.table("cache")),
                idempotency(global.table("idempotency")),
                logging(global.table("logging")));
        global.finish();
        return defaults;
    }

    private ErrorHandling errorHandling(TableReader table) {
        Set<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
        table.items("retry_on_errors", String.join(", ", RETRIED))
                .forEach(item -> kind(item).ifPresent(kinds::add));
        if (!(table.node().get("retry_on_errors") instanceof Node.Array)) {
            Stream.of(FailureKind.values())
                    .filter(kind -> RETRIED.contains(kind.word()))
                    .forEach(kinds::add);
        }
        ErrorHandling handling = new ErrorHandling(
                Collections.unmodifiableSet(kinds),
                table.seconds("max_retry_delay", Bounds.NOT_NEGATIVE, Duration.ofSeconds(10)),
                table.decimal("backoff_factor", Bounds.between(1, 100), 2.0));
        table.finish();
        return handling;
    }

    private Optional<FailureKind> kind(TableReader.Item item) {
        for (FailureKind kind : FailureKind.values()) {
            if (kind.word().equals(item.text()) && RETRIABLE.contains(kind.word())) {
                return Optional.of(kind);
            }
        }
        boolean known =
                Stream.of(FailureKind.values()).anyMatch(kind -> kind.word().equals(item.text()));
        report.unusable(
                item.place(),
                "global.error_handling.retry_on_errors names " + Shown.text(item.text())
                        + (known ? ", after which nothing is asked again" : ", which is no kind of failure")
                        + DidYouMean.hint(item.text(), RETRIABLE) + "; write some of " + String.join(", ", RETRIABLE),
                "nothing");
        return Optional.empty();
    }

    private static Hedging hedging(TableReader table) {
        Hedging hedging = new Hedging(
                table.bool("enabled", false),
                new HedgeGate.Rules(
                        table.decimal("quantile", Bounds.between(0.5, 0.999), 0.95),
                        table.decimal("max_share", Bounds.between(0, 0.05), 0.05),
                        table.seconds("min_delay", Bounds.NOT_NEGATIVE, Duration.ofMillis(50))));
        table.finish();
        return hedging;
    }

    private static Cache cache(TableReader table) {
        Cache cache = new Cache(
                table.bool("enabled", true),
                table.integer("max_size", Bounds.POSITIVE, 1000),
                table.integer("max_size_mb", CACHE_MEGABYTES, 64),
                table.integer("max_answer_mb", CACHE_MEGABYTES, 4),
                table.seconds("ttl", Bounds.POSITIVE, Duration.ofMinutes(5)),
                table.bool("cache_any", false),
                table.bool("cache_streams", false));
        table.finish();
        return cache;
    }

    private static Idempotency idempotency(TableReader table) {
        Idempotency idempotency = new Idempotency(
                table.seconds("ttl", Bounds.POSITIVE, Duration.ofDays(1)),
                table.integer("max_entries", Bounds.POSITIVE, 10_000),
                table.integer("max_size_mb", Bounds.POSITIVE, 64),
                table.integer("max_answer_mb", Bounds.POSITIVE, 4));
        table.finish();
        return idempotency;
    }

    private static Logging logging(TableReader table) {
        Logging logging = new Logging(
                table.choice("level", LogLevel.class, LogLevel.INFO),
                table.choice("format", LogFormat.class, LogFormat.JSON),
                table.bool("enable_request_logging", true),
                table.bool("enable_response_logging", false),
                table.bool("log_content", false));
        table.finish();
        return logging;
    }
}

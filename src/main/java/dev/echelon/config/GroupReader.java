package dev.echelon.config;

import dev.echelon.config.TaskGroupConfig.Breaker;
import dev.echelon.config.TaskGroupConfig.Echelon;
import dev.echelon.config.TaskGroupConfig.Fallback;
import dev.echelon.config.TaskGroupConfig.FallbackStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code task-groups/*.toml}. */
final class GroupReader {

    static final Bounds RETRIES = Bounds.between(0, 10);

    private static final Breaker BREAKER = new Breaker(5, Duration.ofSeconds(60), 1);
    private static final Fallback FALLBACK =
            new Fallback(FallbackStrategy.ECHELON_DOWN, List.of(), 3, Duration.ofSeconds(1));

    private final EchelonReader echelons;
    private final Report report;

    /** @param defaults fill in what an echelon leaves out */
    GroupReader(Map<String, Located<ProviderConfig>> providers, RequestDefaults defaults, Report report) {
        this.echelons = new EchelonReader(providers, defaults, report);
        this.report = report;
    }

    Optional<Located<TaskGroupConfig>> read(Document document) {
        return Sections.main(document, "task_group", report)
                .map(main -> new Located<>(group(main, document), main.node(), document.key()));
    }

    private TaskGroupConfig group(TableReader main, Document document) {
        TaskGroupConfig group = new TaskGroupConfig(
                Sections.name(main, document, report),
                main.text("description", ""),
                breaker(main.table("circuit_breaker")),
                fallback(main),
                echelons(main),
                Sections.metrics(main.table("metrics"), "collection_interval"),
                main.free("metadata"));
        main.finish();
        return group;
    }

    private static Breaker breaker(TableReader table) {
        Breaker breaker = new Breaker(
                table.integer("failure_threshold", Bounds.POSITIVE, BREAKER.failureThreshold()),
                table.seconds("recovery_time", Bounds.POSITIVE, BREAKER.recoveryTime()),
                table.integer("half_open_requests", Bounds.POSITIVE, BREAKER.halfOpenRequests()));
        table.finish();
        return breaker;
    }

    /** The strategy may stand in two places, of which the detailed one counts. */
    private Fallback fallback(TableReader main) {
        TableReader table = main.table("fallback");
        FallbackStrategy brief = main.choice("fallback_strategy", FallbackStrategy.class, FALLBACK.strategy());
        FallbackStrategy detailed = table.choice("strategy", FallbackStrategy.class, brief);
        if (main.has("fallback_strategy") && brief != detailed) {
            report.fault(
                    table.place("strategy"),
                    table.path("strategy") + " differs from " + main.path("fallback_strategy") + " in line "
                            + main.place("fallback_strategy").line() + "; write the same, or only this one");
        }
        Fallback fallback = new Fallback(
                detailed,
                table.texts("fallback_groups"),
                table.integer("max_attempts", Bounds.between(1, 10), FALLBACK.maxAttempts()),
                table.seconds("retry_delay", Bounds.NOT_NEGATIVE, FALLBACK.retryDelay()));
        table.finish();
        return fallback;
    }

    private Map<String, Echelon> echelons(TableReader main) {
        List<Echelon> read = new ArrayList<>();
        Map<String, TableReader> tables = main.requiredTable("echelons", "[task_group.echelons.echelon1] in it")
                .map(TableReader::tables)
                .orElse(Map.of());
        tables.forEach((name, echelon) -> {
            if (!Keys.isName(name)) {
                report.error(
                        echelon.node().place(),
                        Shown.text(name) + " is no name of an echelon; write letters, digits, _ and - only");
            }
            read.add(echelons.read(name, echelon));
        });
        if (main.node().get("echelons") instanceof Node.Table table
                && table.entries().isEmpty()) {
            report.error(
                    table.place(),
                    "task_group.echelons is empty; write [task_group.echelons.echelon1] with models,"
                            + " concurrency_limit, rpm_limit and priority");
        }
        read.sort(Comparator.comparingInt(Echelon::priority));
        Map<String, Echelon> sorted = new LinkedHashMap<>();
        read.forEach(echelon -> sorted.put(echelon.name(), echelon));
        return Collections.unmodifiableMap(sorted);
    }
}

package dev.echelon.config;

import java.time.Duration;
import java.util.Optional;

/** What files of several kinds have in common: the main table, the name, the statistics. */
final class Sections {

    private static final Duration INTERVAL = Duration.ofSeconds(60);
    private static final Duration RETENTION = Duration.ofDays(1);
    private static final String RESERVED = "request";

    private Sections() {}

    /** The one table a file is about; nothing, after an error, where it is missing. */
    static Optional<TableReader> main(Document document, String key, Report report) {
        TableReader root = new TableReader(document.root(), "", report);
        Optional<TableReader> main = root.requiredTable(key, "name = " + Shown.text(document.key()));
        root.finish();
        return main;
    }

    /** The name inside a file; it must equal its key where a registry gave one. */
    static String name(TableReader main, Document document, Report report) {
        String name = main.requiredText("name", document.key(), document.key());
        checkName(name, main.place("name"), report);
        boolean registered = document.registered().line() > 0;
        if (registered && !name.equals(document.key())) {
            report.fault(
                    main.place("name"),
                    main.path("name") + " = " + Shown.text(name) + " differs from its key in the registry; write "
                            + Shown.text(document.key()));
        }
        return name;
    }

    static void checkName(String name, Place place, Report report) {
        if (!Keys.isName(name)) {
            report.error(place, Shown.text(name) + " is no name; write letters, digits, _ and - only");
        } else if (name.equals(RESERVED)) {
            report.error(place, Shown.text(name) + " is reserved; choose another name");
        }
    }

    /** @param interval the key of the interval, which every kind of file calls differently */
    static MetricsConfig metrics(TableReader metrics, String interval) {
        MetricsConfig config = new MetricsConfig(
                metrics.bool("enabled", true),
                metrics.seconds(interval, Bounds.POSITIVE, INTERVAL),
                metrics.seconds("retention_period", Bounds.POSITIVE, RETENTION));
        metrics.finish();
        return config;
    }

    /** The statistics of wrappers, whose keys stand flat in {@code [global]}. */
    static MetricsConfig flatMetrics(TableReader global) {
        return new MetricsConfig(
                global.bool("enable_metrics", true),
                global.seconds("metrics_interval", Bounds.POSITIVE, INTERVAL),
                global.seconds("retention_period", Bounds.POSITIVE, RETENTION));
    }
}

package dev.echelon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Reads {@code _registry.toml}. Its {@code [global]} sets how strict everything after it is, so that comes first. */
final class RegistryReader {

    /** The words of {@code config_validation}. */
    private enum Validation {
        STRICT,
        LENIENT
    }

    private final Report report;
    private final boolean reload;

    /** @param reload a running router keeps what it has rather than take defaults for broken values */
    RegistryReader(Report report, boolean reload) {
        this.report = report;
        this.reload = reload;
    }

    /** @param written as parsed; the environment is put in here, but never into file names */
    Registry read(Node.Table written, Environment environment) {
        Node.Table expanded = environment.expand(withPlainFiles(written));
        TableReader root = new TableReader(expanded, "", report);
        LoadingConfig loading = loading(root.table("global"));
        TableReader about = root.table("registry");
        about.text("version", "");
        about.text("description", "");
        about.finish();
        List<Registry.Entry> entries = new ArrayList<>();
        for (Document.Kind kind : Document.Kind.values()) {
            root.table(kind.section()).tables().forEach((key, entry) -> entries.add(entry(kind, key, entry)));
        }
        Map<String, Registry.Dependency> dependencies = dependencies(root.table("dependencies"));
        root.finish();
        return new Registry(loading, entries, dependencies);
    }

    private LoadingConfig loading(TableReader global) {
        report.mode(true, false);
        Validation validation = global.choice("config_validation", Validation.class, Validation.STRICT);
        boolean useDefaults = global.bool("use_defaults_on_failure", Registry.DEFAULTS.useDefaultsOnFailure());
        report.mode(validation == Validation.STRICT, useDefaults && !reload);
        LoadingConfig loading = new LoadingConfig(
                validation == Validation.STRICT,
                global.bool("enable_hot_reload", Registry.DEFAULTS.hotReload()),
                global.seconds("reload_interval", Bounds.POSITIVE, Registry.DEFAULTS.reloadInterval()),
                global.bool("cache_enabled", Registry.DEFAULTS.cacheEnabled()),
                useDefaults);
        global.finish();
        return loading;
    }

    private Registry.Entry entry(Document.Kind kind, String key, TableReader entry) {
        String example = kind.folders().get(0) + "/" + key.replace('_', '-') + ".toml";
        String path = entry.requiredText("file", example, "");
        boolean enabled = entry.bool("enabled", true);
        entry.finish();
        Place place = entry.node().place();
        if (!Keys.isName(key)) {
            report.error(place, Shown.text(key) + " is no name; write letters, digits, _ and - only");
        }
        return new Registry.Entry(kind, key, path, enabled, place, entry.place("file"));
    }

    /** The registry with file names that refer to variables reported and struck out. */
    private Node.Table withPlainFiles(Node.Table written) {
        Map<String, Node> sections = new LinkedHashMap<>(written.entries());
        for (Document.Kind kind : Document.Kind.values()) {
            sections.computeIfPresent(
                    kind.section(),
                    (name, section) -> mapTables(section, entry -> {
                        Map<String, Node> keys = new LinkedHashMap<>(entry.entries());
                        keys.computeIfPresent("file", (key, file) -> plainFile(file));
                        return new Node.Table(entry.place(), keys);
                    }));
        }
        return new Node.Table(written.place(), sections);
    }

    private Node plainFile(Node file) {
        if (!(file instanceof Node.Scalar scalar) || !(scalar.value() instanceof String text) || !text.contains("${")) {
            return file;
        }
        report.error(
                file.place(),
                "file = " + file.shown() + " holds a variable, which is never put into file names; write the name");
        return new Node.Scalar(file.place(), Node.Scalar.UNREADABLE);
    }

    private static Node mapTables(Node section, UnaryOperator<Node.Table> change) {
        if (!(section instanceof Node.Table table)) {
            return section;
        }
        Map<String, Node> entries = new LinkedHashMap<>(table.entries());
        entries.replaceAll((key, node) -> node instanceof Node.Table entry ? change.apply(entry) : node);
        return new Node.Table(table.place(), entries);
    }

    private Map<String, Registry.Dependency> dependencies(TableReader table) {
        Map<String, Registry.Dependency> dependencies = new LinkedHashMap<>();
        for (String key : table.node().entries().keySet()) {
            dependencies.put(key, new Registry.Dependency(table.place(key), table.items(key)));
        }
        return dependencies;
    }
}

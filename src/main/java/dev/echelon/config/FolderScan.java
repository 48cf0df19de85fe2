package dev.echelon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Stands in for a registry: every file of the known folders, in both layouts, by folder and name. */
final class FolderScan {

    private static final String SUFFIX = ".toml";

    private FolderScan() {}

    static Registry scan(ConfigFolder folder, Report report) {
        List<Registry.Entry> entries = new ArrayList<>();
        for (Document.Kind kind : Document.Kind.values()) {
            for (String path : kind.folders().stream()
                    .flatMap(name -> folder.scan(name).stream())
                    .toList()) {
                Place place = Place.of(ConfigFolder.shown(path));
                entries.add(new Registry.Entry(kind, key(path), path, true, place, place));
            }
        }
        Place registry = Place.of(ConfigFolder.shown(ConfigFolder.REGISTRY));
        if (entries.isEmpty()) {
            report.error(registry, "does not exist, nor do files in pools, task-groups or wrappers; write them");
        } else {
            report.warning(registry, "does not exist; every file in " + folders() + " is loaded");
        }
        return new Registry(Registry.DEFAULTS, entries, Map.of());
    }

    /** {@code pools/fast-pool.toml} to {@code fast_pool}. */
    private static String key(String path) {
        return path.substring(path.lastIndexOf('/') + 1, path.length() - SUFFIX.length())
                .replace('-', '_');
    }

    private static String folders() {
        List<String> folders = new ArrayList<>();
        for (Document.Kind kind : Document.Kind.values()) {
            folders.addAll(kind.folders());
        }
        return String.join(", ", folders);
    }
}

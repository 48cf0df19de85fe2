package dev.echelon.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code _registry.toml} says, or what the folders suggest where there is none.
 *
 * @param entries in the order of the sections, then as written; disabled ones too
 * @param dependencies by the name that depends
 */
record Registry(LoadingConfig loading, List<Entry> entries, Map<String, Dependency> dependencies) {

    /** Without a registry. */
    static final LoadingConfig DEFAULTS = new LoadingConfig(true, true, Duration.ofMinutes(5), true, true);

    /**
     * @param path below {@code llms}
     * @param place of the entry
     * @param filePlace of its {@code file} key
     */
    record Entry(Document.Kind kind, String key, String path, boolean enabled, Place place, Place filePlace) {}

    /** @param names with their places */
    record Dependency(Place place, List<TableReader.Item> names) {}

    Registry {
        entries = List.copyOf(entries);
    }

    /** Whether the entry exists but is turned off. */
    boolean disabled(Document.Kind kind, String key) {
        return entry(kind, key).filter(entry -> !entry.enabled()).isPresent();
    }

    Optional<Entry> entry(Document.Kind kind, String key) {
        return entries.stream()
                .filter(entry -> entry.kind() == kind && entry.key().equals(key))
                .findFirst();
    }
}

package dev.echelon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A configuration that is read but not yet checked as a whole: every value is usable by itself, and knows its place.
 *
 * @param lost files that could not be read, about whose names nothing may be said
 */
record Draft(
        Registry registry,
        Map<String, Located<ProviderConfig>> providers,
        Map<String, Located<TaskGroupConfig>> groups,
        Map<String, Located<PoolConfig>> pools,
        Map<String, Located<WrapperConfig>> wrappers,
        RequestDefaults defaults,
        RequestDefaults groupDefaults,
        Set<Lost> lost) {

    /** @param exact whether the key is the name; a scanned file may hold any name */
    record Lost(Document.Kind kind, String key, boolean exact) {}

    /** Whether a name may be that of a file which was reported as unreadable. */
    boolean mayBeLost(Document.Kind kind, String name) {
        return lost.stream()
                .anyMatch(file ->
                        file.kind() == kind && (!file.exact() || file.key().equals(name)));
    }

    /** The thing of a kind and a name; wrappers are files and have none. */
    Map<String, ? extends Located<?>> of(Document.Kind kind) {
        return switch (kind) {
            case PROVIDER -> providers;
            case POOL -> pools;
            case TASK_GROUP -> groups;
            case WRAPPERS -> wrappers;
        };
    }

    Configuration configuration(List<Problem> warnings) {
        return new Configuration(
                registry.loading(),
                values(providers),
                values(groups),
                values(pools),
                values(wrappers),
                defaults,
                groupDefaults,
                warnings);
    }

    /** By name, in the order read. The first of a name stays; that names are unique is checked elsewhere. */
    static <T> Map<String, Located<T>> byName(List<Located<T>> read, Function<T, String> name) {
        Map<String, Located<T>> map = new LinkedHashMap<>();
        read.forEach(located -> map.putIfAbsent(name.apply(located.value()), located));
        return Collections.unmodifiableMap(map);
    }

    private static <T> Map<String, T> values(Map<String, Located<T>> located) {
        Map<String, T> values = new LinkedHashMap<>();
        located.forEach((name, value) -> values.put(name, value.value()));
        return Collections.unmodifiableMap(values);
    }
}

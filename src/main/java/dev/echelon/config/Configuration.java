package dev.echelon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything the files say, validated: references resolve, limits are positive, no cycles. Maps keep the order of the
 * files. Disabled registry entries and disabled wrappers are left out.
 *
 * @param loading the registry's {@code [global]}: how files are loaded, nothing else
 * @param providers by name; the built-in ones are there where no file overrides them
 * @param groups task groups by name
 * @param pools by name
 * @param wrappers by name
 * @param defaults {@code [global]} of the wrapper files for every request
 * @param groupDefaults the same for requests that come through a task-group wrapper
 * @param warnings what was tolerated: strict mode's own warnings, and in lenient mode what strict would refuse
 */
public record Configuration(
        LoadingConfig loading,
        Map<String, ProviderConfig> providers,
        Map<String, TaskGroupConfig> groups,
        Map<String, PoolConfig> pools,
        Map<String, WrapperConfig> wrappers,
        RequestDefaults defaults,
        RequestDefaults groupDefaults,
        List<Problem> warnings) {

    public Configuration {
        providers = ordered(providers);
        groups = ordered(groups);
        pools = ordered(pools);
        wrappers = ordered(wrappers);
        warnings = List.copyOf(warnings);
    }

    /** The same with other providers, as when a simulator stands in for them. */
    public Configuration withProviders(Map<String, ProviderConfig> providers) {
        return new Configuration(loading, providers, groups, pools, wrappers, defaults, groupDefaults, warnings);
    }

    /** The same without the {@code api_key} and {@code base_url} of echelons: all go to their providers. */
    public Configuration withoutEchelonOverrides() {
        Map<String, TaskGroupConfig> plain = new LinkedHashMap<>();
        groups.forEach((name, group) -> plain.put(name, group.withoutEchelonOverrides()));
        return new Configuration(loading, providers, plain, pools, wrappers, defaults, groupDefaults, warnings);
    }

    private static <T> Map<String, T> ordered(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}

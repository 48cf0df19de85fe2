package dev.echelon.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Is every bare name unique? Wrappers, pools and groups share one space, since callers name them alike. */
final class Names {

    private Names() {}

    static void check(
            List<Located<ProviderConfig>> providers,
            List<Located<TaskGroupConfig>> groups,
            List<Located<PoolConfig>> pools,
            List<Located<WrapperConfig>> wrappers,
            Report report) {
        Map<String, Place> taken = new HashMap<>();
        providers.forEach(provider -> take(provider.value().name(), provider.at("name"), taken, report));
        Map<String, Place> bare = new LinkedHashMap<>();
        Stream.of(
                        groups.stream().map(g -> Map.entry(g.value().name(), g.at("name"))),
                        pools.stream().map(p -> Map.entry(p.value().name(), p.at("name"))),
                        wrappers.stream().map(w -> Map.entry(w.value().name(), w.place())))
                .flatMap(named -> named)
                .forEach(named -> take(named.getKey(), named.getValue(), bare, report));
    }

    private static void take(String name, Place place, Map<String, Place> taken, Report report) {
        Place first = taken.putIfAbsent(name, place);
        if (first != null) {
            report.error(place, "the name " + Shown.plain(name) + " is taken by " + first + "; choose another");
        }
    }
}

package dev.echelon.config;

import dev.echelon.config.TaskGroupConfig.Echelon;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Can every echelon be reached? A group begins with its first tier and goes on for {@code max_attempts} tiers of its
 * fallback list, or of its own order where it has no list. Pools go through all of their echelons.
 */
final class EchelonReach {

    private final Draft draft;
    private final Report report;

    private EchelonReach(Draft draft, Report report) {
        this.draft = draft;
        this.report = report;
    }

    /** Says nothing while files are missing that may reach what seems out of reach. */
    static void check(Draft draft, Report report) {
        if (draft.lost().stream().anyMatch(file -> file.kind() != Document.Kind.PROVIDER)) {
            return;
        }
        new EchelonReach(draft, report).check();
    }

    private void check() {
        Map<String, Set<String>> reached = new LinkedHashMap<>();
        draft.groups().forEach((name, group) -> reached.put(name, reachedBy(group.value())));
        Set<String> byPools = byPools();
        draft.groups().forEach((name, group) -> {
            for (String echelon : group.value().echelons().keySet()) {
                String id = new EchelonRef(name, echelon).toString();
                if (reached.getOrDefault(name, Set.of()).contains(id)) {
                    continue;
                }
                Place place = group.at("echelons", echelon);
                String message = "task_group.fallback never reaches " + id + " (max_attempts = "
                        + group.value().fallback().maxAttempts() + " tiers after the first)";
                boolean elsewhere =
                        byPools.contains(id) || reached.values().stream().anyMatch(ids -> ids.contains(id));
                if (elsewhere) {
                    report.warning(place, message + "; only pools or other groups do");
                } else {
                    report.fault(
                            place,
                            message
                                    + ", nor does any pool or other group; list it in fallback_groups, raise max_attempts, or take it out");
                }
            }
        });
    }

    private Set<String> byPools() {
        Set<String> ids = new HashSet<>();
        draft.pools().values().forEach(pool -> pool.value().taskGroups().forEach(text -> tiers(EchelonRef.parse(text))
                .forEach(ids::addAll)));
        return ids;
    }

    private Set<String> reachedBy(TaskGroupConfig group) {
        List<Set<String>> own = tiers(new EchelonRef(group.name(), null));
        List<Set<String>> following = new ArrayList<>();
        if (group.fallback().groups().isEmpty()) {
            following.addAll(own.subList(Math.min(1, own.size()), own.size()));
        } else {
            group.fallback().groups().forEach(text -> following.addAll(tiers(EchelonRef.parse(text))));
        }
        Set<String> reached = new HashSet<>(own.isEmpty() ? Set.of() : own.get(0));
        following.removeIf(reached::containsAll);
        following.stream().limit(group.fallback().maxAttempts()).forEach(reached::addAll);
        return reached;
    }

    /** The echelons a reference means, by id, those of equal priority together. */
    private List<Set<String>> tiers(EchelonRef ref) {
        Located<TaskGroupConfig> group = draft.groups().get(ref.group());
        Collection<Echelon> echelons =
                group == null ? List.of() : group.value().echelons().values();
        Map<Integer, Set<String>> tiers = new LinkedHashMap<>();
        echelons.stream()
                .filter(echelon -> ref.covers(ref.group(), echelon.name()))
                .forEach(echelon -> tiers.computeIfAbsent(echelon.priority(), priority -> new HashSet<>())
                        .add(new EchelonRef(ref.group(), echelon.name()).toString()));
        return List.copyOf(tiers.values());
    }
}

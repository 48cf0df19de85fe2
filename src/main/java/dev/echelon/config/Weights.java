package dev.echelon.config;

import dev.echelon.config.PoolConfig.RotationType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Does every weight name a group, an echelon or an instance of its pool, and can it ever count? */
final class Weights {

    private static final String[] PATH = {"rotation_strategy", "options", "weights"};

    private final Located<PoolConfig> pool;
    private final Report report;
    /** Every instance of the pool as {@code group.echelon/provider:model}, with its echelon. */
    private final Map<String, EchelonRef> instances = new LinkedHashMap<>();

    private Weights(Located<PoolConfig> pool, Draft draft, Report report) {
        this.pool = pool;
        this.report = report;
        for (String text : pool.value().taskGroups()) {
            EchelonRef ref = EchelonRef.parse(text);
            Located<TaskGroupConfig> group = draft.groups().get(ref.group());
            if (group != null) {
                group.value().echelons().values().stream()
                        .filter(echelon -> ref.covers(ref.group(), echelon.name()))
                        .forEach(echelon -> echelon.models().forEach(model -> {
                            EchelonRef own = new EchelonRef(ref.group(), echelon.name());
                            instances.put(own + "/" + model, own);
                        }));
            }
        }
    }

    static void check(Draft draft, Report report) {
        for (Located<PoolConfig> pool : draft.pools().values()) {
            boolean complete = pool.value().taskGroups().stream()
                    .map(EchelonRef::parse)
                    .allMatch(ref -> draft.groups().containsKey(ref.group()));
            if (pool.value().rotation().type() == RotationType.WEIGHTED && complete) {
                new Weights(pool, draft, report).check();
            }
        }
    }

    private void check() {
        Map<String, Integer> weights = pool.value().rotation().weights();
        Place all = pool.at(PATH);
        if (weights.isEmpty()) {
            report.warning(all, "pool.rotation_strategy is weighted without weights; every echelon counts 1");
            return;
        }
        if (weights.values().stream().allMatch(weight -> weight == 0)) {
            report.warning(all, "all weights are 0; every echelon counts the same");
        }
        boolean onlyGroups = weights.keySet().stream().noneMatch(key -> key.contains("."));
        if (onlyGroups && !pool.value().rotation().acrossAll()) {
            report.warning(
                    all,
                    "weights of whole groups never count, since each echelon is a tier of its own; write across ="
                            + " \"all\" in the options, or name echelons");
        }
        weights.keySet().forEach(key -> check(key, weights));
    }

    private void check(String key, Map<String, Integer> weights) {
        List<String> under = instances.keySet().stream()
                .filter(instance -> covers(key, instance))
                .toList();
        Place place = pool.at(PATH[0], PATH[1], PATH[2], key);
        if (under.isEmpty()) {
            report.error(
                    place,
                    Shown.text(key) + " names nothing in this pool" + DidYouMean.hint(key, names())
                            + "; write a group, group.echelon or group.echelon/provider:model of its task_groups");
        } else if (under.stream().allMatch(instance -> weights.keySet().stream()
                .anyMatch(other -> other.length() > key.length() && covers(other, instance)))) {
            report.warning(place, "the weight of " + Shown.text(key) + " never counts: more specific ones cover it");
        }
    }

    private boolean covers(String key, String instance) {
        EchelonRef echelon = instances.get(instance);
        return echelon != null
                && (key.equals(instance) || key.equals(echelon.toString()) || key.equals(echelon.group()));
    }

    private List<String> names() {
        return instances.entrySet().stream()
                .flatMap(entry ->
                        List.of(entry.getValue().group(), entry.getValue().toString(), entry.getKey()).stream())
                .distinct()
                .toList();
    }
}

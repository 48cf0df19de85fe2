package dev.echelon.config;

import dev.echelon.config.PoolConfig.FallbackStrategy;
import dev.echelon.config.TaskGroupConfig.Echelon;
import dev.echelon.domain.ModelRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which pools, groups and wrappers have no model with a key, in themselves or in their fallbacks? The loader does not
 * ask, since a simulator may bring keys; the start-up does, once it knows.
 */
public final class Reachability {

    private static final String FILE = "llms";

    private final Configuration configuration;

    private Reachability(Configuration configuration) {
        this.configuration = configuration;
    }

    /** The targets that nothing can answer for, one problem for all that the same variables would help. */
    public static List<Problem> problems(Configuration configuration) {
        Reachability reachability = new Reachability(configuration);
        Map<String, List<String>> problems = new LinkedHashMap<>();
        configuration
                .groups()
                .values()
                .forEach(group -> reachability.target(group.name(), reachability.group(group), problems));
        configuration
                .pools()
                .values()
                .forEach(pool -> reachability.target(
                        pool.name(), reachability.pool(pool.name(), new LinkedHashSet<>()), problems));
        configuration
                .wrappers()
                .values()
                .forEach(wrapper -> reachability.target(wrapper.name(), reachability.wrapper(wrapper), problems));
        return problems.entrySet().stream()
                .map(problem -> new Problem(FILE, 0, 0, told(problem.getKey(), problem.getValue())))
                .toList();
    }

    private static String told(String needed, List<String> targets) {
        return String.join(", ", targets) + (targets.size() == 1 ? " has" : " have") + " no model with a key: set "
                + needed;
    }

    /** A model, and whether its echelon brings a key of its own. */
    private record Candidate(ModelRef model, boolean ownKey) {}

    private void target(String name, Stream<Candidate> candidates, Map<String, List<String>> problems) {
        Set<String> needed = new TreeSet<>();
        for (Candidate candidate : candidates.distinct().toList()) {
            ProviderConfig provider =
                    configuration.providers().get(candidate.model().provider());
            if (candidate.ownKey() || (provider != null && provider.enabled())) {
                return;
            }
            if (provider == null || provider.keyVariables().isEmpty()) {
                needed.add("the api_key of " + candidate.model().provider());
            } else {
                needed.addAll(provider.keyVariables());
            }
        }
        problems.computeIfAbsent(String.join(" or ", needed), key -> new ArrayList<>())
                .add(name);
    }

    private Stream<Candidate> pool(String name, Set<String> seen) {
        PoolConfig pool = configuration.pools().get(name);
        if (pool == null || !seen.add(name)) {
            return Stream.empty();
        }
        Stream<Candidate> own = references(pool.taskGroups());
        return pool.fallback().strategy() == FallbackStrategy.POOL_FALLBACK
                ? Stream.concat(own, pool.fallback().pools().stream().flatMap(next -> pool(next, seen)))
                : own;
    }

    private Stream<Candidate> group(TaskGroupConfig group) {
        return Stream.concat(
                references(List.of(group.name())), references(group.fallback().groups()));
    }

    private Stream<Candidate> wrapper(WrapperConfig wrapper) {
        return switch (wrapper.type()) {
            case POOL -> pool(wrapper.reference(), new LinkedHashSet<>());
            case TASK_GROUP ->
                Stream.ofNullable(configuration.groups().get(wrapper.reference()))
                        .flatMap(this::group);
            case DIRECT -> Stream.of(new Candidate(ModelRef.parse(wrapper.reference()), false));
        };
    }

    private Stream<Candidate> references(List<String> references) {
        return references.stream().map(EchelonRef::parse).flatMap(ref -> Stream.ofNullable(
                        configuration.groups().get(ref.group()))
                .flatMap(group -> group.echelons().values().stream())
                .filter(echelon -> ref.covers(ref.group(), echelon.name()))
                .flatMap(Reachability::models));
    }

    private static Stream<Candidate> models(Echelon echelon) {
        boolean ownKey = echelon.apiKey() != null && !echelon.apiKey().isEmpty();
        return echelon.models().stream().map(model -> new Candidate(model, ownKey));
    }
}

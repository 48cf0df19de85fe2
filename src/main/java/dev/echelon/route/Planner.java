package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.PoolConfig;
import dev.echelon.config.TaskGroupConfig;
import dev.echelon.domain.Instance;
import dev.echelon.domain.Plan;
import dev.echelon.domain.Strategies;
import dev.echelon.domain.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/** Works out the tiers of each target (DESIGN section 3, "The walk"). */
final class Planner {

    private static final int ANY_NUMBER = Integer.MAX_VALUE;

    private final Configuration configuration;
    private final Topology topology;
    private final Nodes nodes;
    private final IntSupplier random;

    Planner(Configuration configuration, Topology topology, Nodes nodes, IntSupplier random) {
        this.configuration = configuration;
        this.topology = topology;
        this.nodes = nodes;
        this.random = random;
    }

    /** A pool: its own tiers, then those of its fallback pools. */
    Plan pool(PoolConfig pool) {
        List<Plan.Tier> tiers = new ArrayList<>();
        addPoolTiers(pool, List.of(Nodes.pool(pool.name())), tiers);
        return new Plan(pool.name(), tiers);
    }

    /** A group: its first tier, then its fallbacks. */
    Plan group(TaskGroupConfig group) {
        List<String> own = topology.groups().getOrDefault(group.name(), List.of());
        List<List<String>> order = new ArrayList<>(byPriority(own));
        List<String> listed = group.fallback().groups();
        if (!listed.isEmpty() && !order.isEmpty()) {
            List<String> first = order.get(0);
            order = new ArrayList<>(List.of(first));
            for (String reference : listed) {
                byPriority(echelonsOf(reference)).stream()
                        .map(tier ->
                                tier.stream().filter(id -> !first.contains(id)).toList())
                        .filter(tier -> !tier.isEmpty())
                        .forEach(order::add);
            }
        }
        int most = (int) Math.min(order.size(), 1L + group.fallback().maxAttempts());
        List<Plan.Tier> tiers = new ArrayList<>();
        for (List<String> echelons : order.subList(0, most)) {
            List<Plan.Candidate> candidates = new ArrayList<>();
            for (String echelon : echelons) {
                for (Instance instance : instancesOf(echelon)) {
                    candidates.add(new Plan.Candidate(
                            instance,
                            List.of(nodes.group(group.name()), nodes.echelon(echelon), nodes.instance(instance.id()))));
                }
            }
            tiers.add(new Plan.Tier(
                    group.name(), String.join("+", echelons), candidates, Strategies.roundRobin(), ANY_NUMBER));
        }
        return new Plan(group.name(), tiers);
    }

    /** One echelon alone. */
    Plan echelon(String id) {
        List<Plan.Candidate> candidates = instancesOf(id).stream()
                .map(instance ->
                        new Plan.Candidate(instance, List.of(nodes.echelon(id), nodes.instance(instance.id()))))
                .toList();
        return new Plan(id, List.of(new Plan.Tier(id, id, candidates, Strategies.roundRobin(), ANY_NUMBER)));
    }

    /** One model alone; {@code name} is what was asked, {@code node} the route's, which differ for "any model". */
    static Plan model(String name, String node, Instance instance, Nodes nodes) {
        Plan.Candidate candidate = new Plan.Candidate(instance, List.of(node, nodes.instance(instance.id())));
        return new Plan(
                name, List.of(new Plan.Tier(name, name, List.of(candidate), Strategies.roundRobin(), ANY_NUMBER)));
    }

    /** The pools that a pool hands over to, as far as they have instances. */
    List<PoolConfig> fallbacksOf(PoolConfig pool) {
        if (pool.fallback().strategy() != PoolConfig.FallbackStrategy.POOL_FALLBACK) {
            return List.of();
        }
        return pool.fallback().pools().stream()
                .map(configuration.pools()::get)
                .filter(other -> other != null && !echelonsOf(other).isEmpty())
                .toList();
    }

    /** The instances a pool spreads over, its fallback pools' left out. */
    List<Instance> instancesOf(PoolConfig pool) {
        return echelonsOf(pool).stream().flatMap(id -> instancesOf(id).stream()).toList();
    }

    private void addPoolTiers(PoolConfig pool, List<String> way, List<Plan.Tier> tiers) {
        List<List<String>> order = new ArrayList<>();
        if (isFlat(pool)) {
            order.add(echelonsOf(pool));
        } else {
            pool.taskGroups().forEach(reference -> order.addAll(byPriority(echelonsOf(reference))));
        }
        for (List<String> echelons : order) {
            List<Plan.Candidate> candidates = new ArrayList<>();
            for (String echelon : echelons) {
                for (Instance instance : instancesOf(echelon)) {
                    candidates.add(new Plan.Candidate(
                            instance,
                            Stream.concat(way.stream(), Stream.of(nodes.instance(instance.id())))
                                    .toList()));
                }
            }
            if (!candidates.isEmpty()) {
                String name = isFlat(pool) ? pool.name() : String.join("+", echelons);
                tiers.add(new Plan.Tier(
                        pool.name(),
                        name,
                        candidates,
                        strategy(pool, candidates),
                        pool.fallback().maxInstanceAttempts()));
            }
        }
        for (PoolConfig next : fallbacksOf(pool)) {
            String node = Nodes.pool(next.name());
            if (!way.contains(node)) {
                addPoolTiers(next, Stream.concat(way.stream(), Stream.of(node)).toList(), tiers);
            }
        }
    }

    /** Weights that compare echelons or instances make sense only where all of them are in one tier. */
    private static boolean isFlat(PoolConfig pool) {
        return pool.rotation().acrossAll()
                || (pool.rotation().type() == PoolConfig.RotationType.WEIGHTED
                        && pool.rotation().weights().keySet().stream().anyMatch(key -> key.indexOf('.') >= 0));
    }

    private Strategy strategy(PoolConfig pool, List<Plan.Candidate> candidates) {
        return switch (pool.rotation().type()) {
            case ROUND_ROBIN -> Strategies.roundRobin();
            case RANDOM -> Strategies.random(random);
            case LEAST_CONNECTIONS -> Strategies.leastConnections();
            case WEIGHTED -> Strategies.weighted(shares(pool.rotation().weights(), candidates));
        };
    }

    /** Each candidate falls under the most specific key that names it; an unlisted echelon weighs 1. */
    private static List<Strategies.Share> shares(Map<String, Integer> weights, List<Plan.Candidate> candidates) {
        Map<String, List<Plan.Candidate>> members = new LinkedHashMap<>();
        for (Plan.Candidate candidate : candidates) {
            members.computeIfAbsent(shareOf(weights.keySet(), candidate.instance()), key -> new ArrayList<>())
                    .add(candidate);
        }
        return members.entrySet().stream()
                .map(entry -> new Strategies.Share(weights.getOrDefault(entry.getKey(), 1), entry.getValue()))
                .toList();
    }

    private static String shareOf(Set<String> keys, Instance instance) {
        String echelon = instance.echelon();
        String group = echelon.substring(0, echelon.indexOf('.'));
        if (keys.contains(instance.id())) {
            return instance.id();
        }
        return keys.contains(echelon) || !keys.contains(group) ? echelon : group;
    }

    private List<String> echelonsOf(PoolConfig pool) {
        return pool.taskGroups().stream()
                .flatMap(reference -> echelonsOf(reference).stream())
                .distinct()
                .toList();
    }

    /** {@code group} or {@code group.echelon}, as far as it has instances. */
    private List<String> echelonsOf(String reference) {
        if (topology.echelons().containsKey(reference)) {
            return List.of(reference);
        }
        return topology.groups().getOrDefault(reference, List.of());
    }

    private List<List<String>> byPriority(List<String> echelons) {
        Map<Integer, List<String>> tiers = new TreeMap<>();
        for (String id : echelons) {
            Topology.Tier echelon = topology.echelons().get(id);
            if (echelon != null) {
                tiers.computeIfAbsent(echelon.priority(), priority -> new ArrayList<>())
                        .add(id);
            }
        }
        return List.copyOf(tiers.values());
    }

    private List<Instance> instancesOf(String echelon) {
        Topology.Tier tier = topology.echelons().get(echelon);
        return tier == null ? List.of() : tier.instances();
    }
}

package dev.echelon.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The flat keys of a pool, as the inheritance example writes them, moved to where they belong. Done to each table before
 * it is merged with its base, so that a flat key overrides a nested one of the base and the other way round.
 */
final class PoolAliases {

    private static final Map<String, String> FLAT = Map.of(
            "health_check_interval", "interval",
            "failure_threshold", "failure_threshold",
            "recovery_time", "recovery_time");
    private static final String NESTED = "health_check";

    private PoolAliases() {}

    static Node.Table nest(Node.Table pool, Report report) {
        Node nested = pool.get(NESTED);
        boolean flat = pool.entries().keySet().stream().anyMatch(FLAT::containsKey);
        if (!flat || (nested != null && !(nested instanceof Node.Table))) {
            return pool;
        }
        Node.Table before = nested instanceof Node.Table table ? table : Node.Table.empty(pool.place());
        Map<String, Node> after = new LinkedHashMap<>(before.entries());
        Map<String, Node> rest = new LinkedHashMap<>();
        pool.entries().forEach((key, node) -> {
            String name = FLAT.get(key);
            if (name == null) {
                rest.put(key, node);
            } else if (before.get(name) != null) {
                report.fault(
                        node.place(),
                        key + " stands here and in " + NESTED + "." + name + ", which counts; keep one of them");
            } else {
                after.put(name, node);
            }
        });
        rest.put(NESTED, new Node.Table(before.place(), after));
        return new Node.Table(pool.place(), rest);
    }
}

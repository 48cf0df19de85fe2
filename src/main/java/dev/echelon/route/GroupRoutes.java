package dev.echelon.route;

import dev.echelon.config.TaskGroupConfig;
import dev.echelon.domain.Plan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.spi.Registry;

/** Task groups: down their echelons, or over to the listed groups. */
final class GroupRoutes extends LevelRoutes {

    private static final String NEXT_ECHELON = "next_echelon";

    private final Map<String, TaskGroupConfig> groups;
    private final Map<String, Plan> plans;

    /**
     * @param groups by name
     * @param plans of those of them that get a route, which say which echelons each may send to
     */
    GroupRoutes(Nodes nodes, Registry registry, Map<String, TaskGroupConfig> groups, Map<String, Plan> plans) {
        super(nodes, registry);
        this.groups = groups;
        this.plans = plans;
    }

    @Override
    public void configure() {
        if (nodes.large()) {
            String node = nodes.group("");
            balance(route(node, plans.size() + " task groups"), node, NEXT_ECHELON, List.of(nodes.echelon("")));
        } else {
            groups.values().forEach(group -> {
                Plan plan = plans.get(group.name());
                if (plan != null) {
                    group(group, plan);
                }
            });
        }
    }

    private void group(TaskGroupConfig group, Plan plan) {
        String node = nodes.group(group.name());
        List<String> echelons = plan.tiers().stream()
                .flatMap(tier -> tier.candidates().stream())
                .map(candidate -> candidate.path().get(1))
                .distinct()
                .toList();
        String strategy = group.fallback().strategy().name().toLowerCase(Locale.ROOT);
        balance(route(node, group.description()), node, strategy, echelons);
    }
}

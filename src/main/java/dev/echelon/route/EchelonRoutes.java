package dev.echelon.route;

import dev.echelon.domain.Instance;
import java.util.List;
import org.apache.camel.spi.Registry;

/** Echelons, and single models: to the next instance. */
final class EchelonRoutes extends LevelRoutes {

    private static final String NEXT_INSTANCE = "next_instance";

    private final Topology topology;

    EchelonRoutes(Nodes nodes, Registry registry, Topology topology) {
        super(nodes, registry);
        this.topology = topology;
    }

    @Override
    public void configure() {
        if (nodes.large()) {
            share(nodes.echelon(""), topology.echelons().size() + " echelons");
            share(nodes.model(""), topology.models().size() + " single models");
            return;
        }
        for (Topology.Tier echelon : topology.echelons().values()) {
            String node = nodes.echelon(echelon.id());
            List<String> instances = echelon.instances().stream()
                    .map(instance -> nodes.instance(instance.id()))
                    .toList();
            balance(route(node, "priority " + echelon.priority()), node, NEXT_INSTANCE, instances);
        }
        topology.models().forEach((reference, member) -> {
            String node = nodes.model(reference);
            Instance instance = member.instance();
            balance(route(node, "one model"), node, NEXT_INSTANCE, List.of(nodes.instance(instance.id())));
        });
    }

    private void share(String node, String description) {
        balance(route(node, description), node, NEXT_INSTANCE, List.of(nodes.instance("")));
    }
}

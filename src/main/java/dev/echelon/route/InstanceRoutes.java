package dev.echelon.route;

import dev.echelon.domain.Instance;
import dev.echelon.model.Destination;
import dev.echelon.model.ModelClient;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Registry;

/** Instances: admission, then the model call behind a circuit breaker. */
final class InstanceRoutes extends LevelRoutes {

    private final Collection<Topology.Member> members;
    private final ModelClient client;

    InstanceRoutes(Nodes nodes, Registry registry, Collection<Topology.Member> members, ModelClient client) {
        super(nodes, registry);
        this.members = members;
        this.client = client;
    }

    @Override
    public void configure() {
        if (nodes.large()) {
            Map<String, Destination> destinations = new HashMap<>();
            members.forEach(member -> destinations.put(member.instance().id(), client.to(member.upstream())));
            String node = nodes.instance("");
            RouteDefinition route = route(node, members.size() + " instances");
            route.process(bind(node, "admission", new Admission()))
                    .circuitBreaker()
                    .process(bind(node, "model-call", new ModelStep(client, it -> of(it, destinations))))
                    .end();
        } else {
            members.forEach(this::instance);
        }
    }

    private static Destination of(Instance instance, Map<String, Destination> destinations) {
        return Objects.requireNonNull(destinations.get(instance.id()), instance.id());
    }

    private void instance(Topology.Member member) {
        String id = member.instance().id();
        String node = nodes.instance(id);
        Destination destination = client.to(member.upstream());
        RouteDefinition route = route(
                node, member.upstream().provider() + " " + member.upstream().model());
        route.process(bind(node, "admission", new Admission()))
                .circuitBreaker()
                .resilience4jConfiguration()
                .circuitBreaker(id)
                .end()
                .process(bind(node, "model-call", new ModelStep(client, it -> destination)))
                .end();
    }
}

package dev.echelon.route;

import dev.echelon.model.ModelClient;
import java.util.Collection;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Registry;

/** Instances: admission, then the model call behind a circuit breaker. */
final class InstanceRoutes extends LevelRoutes {

    private final Collection<Topology.Member> members;
    private final StateRegistry states;
    private final ModelClient client;

    InstanceRoutes(
            Nodes nodes,
            Registry registry,
            Collection<Topology.Member> members,
            StateRegistry states,
            ModelClient client) {
        super(nodes, registry);
        this.members = members;
        this.states = states;
        this.client = client;
    }

    @Override
    public void configure() {
        members.forEach(this::instance);
    }

    private void instance(Topology.Member member) {
        String id = member.instance().id();
        String node = Nodes.instance(id);
        RouteDefinition route = route(
                node, member.upstream().provider() + " " + member.upstream().model());
        EchelonLimits limits = states.of(member.instance()).limits();
        route.process(bind(node, "admission", new Admission(limits)))
                .circuitBreaker()
                .resilience4jConfiguration()
                .circuitBreaker(id)
                .end()
                .process(bind(node, "model-call", new ModelStep(client, member.upstream())))
                .end();
    }
}

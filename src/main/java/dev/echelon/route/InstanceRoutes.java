package dev.echelon.route;

import dev.echelon.domain.Instance;
import dev.echelon.model.ModelClient;
import dev.echelon.model.Upstream;
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
            Map<String, Upstream> upstreams = new HashMap<>();
            members.forEach(member -> upstreams.put(member.instance().id(), member.upstream()));
            String node = nodes.instance("");
            RouteDefinition route = route(node, members.size() + " instances");
            route.process(bind(node, "admission", new Admission()))
                    .circuitBreaker()
                    .process(bind(node, "model-call", new ModelStep(client, it -> upstreamOf(it, upstreams))))
                    .end();
        } else {
            members.forEach(this::instance);
        }
    }

    private static Upstream upstreamOf(Instance instance, Map<String, Upstream> upstreams) {
        return Objects.requireNonNull(upstreams.get(instance.id()), instance.id());
    }

    private void instance(Topology.Member member) {
        String id = member.instance().id();
        String node = nodes.instance(id);
        RouteDefinition route = route(
                node, member.upstream().provider() + " " + member.upstream().model());
        route.process(bind(node, "admission", new Admission()))
                .circuitBreaker()
                .resilience4jConfiguration()
                .circuitBreaker(id)
                .end()
                .process(bind(node, "model-call", new ModelStep(client, it -> member.upstream())))
                .end();
    }
}

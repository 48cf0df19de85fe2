package dev.echelon.route;

import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.LoadBalanceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Registry;

/** What the route builders of all levels share: names, and a balancer over child routes. */
abstract class LevelRoutes extends RouteBuilder {

    final Nodes nodes;
    private final Registry registry;

    LevelRoutes(Nodes nodes, Registry registry) {
        this.nodes = nodes;
        this.registry = registry;
    }

    /** Begins the route of a node. Failures are outcomes here, so no error handler redelivers or logs them. */
    final RouteDefinition route(String node, String description) {
        return from(nodes.uri(node))
                .errorHandler(noErrorHandler())
                .routeId(nodes.routeId(node))
                .routeGroup(nodes.routeGroup())
                .routeDescription(description)
                .streamCache("false");
    }

    /** Ends a route with a balancer over the routes of other nodes. */
    final void balance(RouteDefinition route, String node, String part, List<String> children) {
        LoadBalanceDefinition balancer = route.loadBalance().custom(bind(node, part, new WalkBalancer(node, children)));
        children.forEach(child -> balancer.to(nodes.uri(child)));
        balancer.end();
    }

    /** Makes a part of a node known by name, so that the printed route says what it is. */
    final String bind(String node, String part, Object bean) {
        String name = nodes.bean(node, part);
        registry.bind(name, bean);
        return name;
    }
}

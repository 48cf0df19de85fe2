package dev.echelon.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.model.LoadBalanceDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.loadbalancer.CustomLoadBalancerDefinition;
import org.jspecify.annotations.Nullable;

/** Draws route definitions: groups and echelons as boxes, pools and instances as nodes. */
final class MermaidChart {

    private final Map<String, RouteDefinition> routes = new LinkedHashMap<>();
    private final Map<String, String> nodes = new HashMap<>();
    private final Map<String, String> ids = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder("flowchart LR\n");

    MermaidChart(List<RouteDefinition> definitions) {
        definitions.forEach(route -> {
            String node = Nodes.nodeOf(route.getId());
            routes.put(node, route);
            nodes.put(route.getInput().getEndpointUri(), node);
        });
    }

    String draw() {
        Set<String> echelons = new LinkedHashSet<>();
        nodes("group:").forEach(group -> echelons.addAll(drawGroup(group)));
        nodes("echelon:").stream()
                .filter(echelon -> !echelons.contains(echelon))
                .forEach(it -> drawEchelon(it, "  "));
        nodes("pool:").forEach(this::drawPool);
        nodes("pool:").forEach(this::drawWaysOfPool);
        nodes("group:").forEach(this::drawWaysOfGroup);
        return text.toString();
    }

    /** The box of a group with the echelons that are its own; echelons of others it falls back to are drawn there. */
    private List<String> drawGroup(String group) {
        List<String> own = nodes("echelon:").stream()
                .filter(echelon -> name(echelon).startsWith(name(group) + "."))
                .toList();
        line("  subgraph %s[\"task group %s, %s\"]".formatted(id(group), name(group), balancer(group)));
        own.forEach(echelon -> drawEchelon(echelon, "    "));
        line("  end");
        return own;
    }

    private void drawEchelon(String echelon, String indent) {
        String description = route(echelon).getDescriptionText();
        line("%ssubgraph %s[\"%s, %s\"]".formatted(indent, id(echelon), name(echelon), description));
        for (String instance : children(echelon)) {
            String full = name(instance);
            line("%s  %s[\"%s\"]".formatted(indent, id(instance), full.substring(full.indexOf('/') + 1)));
        }
        line("%send".formatted(indent));
    }

    private void drawPool(String pool) {
        line("  %s([\"pool %s\"])".formatted(id(pool), name(pool)));
    }

    /** A pool's instances stand in the boxes of their echelons: one arrow to each box says enough. */
    private void drawWaysOfPool(String pool) {
        Set<String> echelons = new LinkedHashSet<>();
        for (String child : children(pool)) {
            if (Nodes.isInstance(child)) {
                int slash = child.indexOf('/');
                echelons.add(slash < 0 ? child : "echelon:" + name(child.substring(0, slash)));
            }
        }
        echelons.forEach(echelon -> line("  %s -- \"%s\" --> %s".formatted(id(pool), balancer(pool), id(echelon))));
        children(pool).stream()
                .filter(child -> child.startsWith("pool:"))
                .forEach(child -> line("  %s -. \"fallback\" .-> %s".formatted(id(pool), id(child))));
    }

    /** From each echelon to the one that is asked after it. */
    private void drawWaysOfGroup(String group) {
        List<String> order = children(group);
        for (int i = 1; i < order.size(); i++) {
            line("  %s == \"down\" ==> %s".formatted(id(order.get(i - 1)), id(order.get(i))));
        }
    }

    private List<String> nodes(String kind) {
        return routes.keySet().stream().filter(node -> node.startsWith(kind)).toList();
    }

    private List<String> children(String node) {
        List<String> children = new ArrayList<>();
        LoadBalanceDefinition balancer = balancerOf(node);
        if (balancer != null) {
            for (ProcessorDefinition<?> output : balancer.getOutputs()) {
                if (output instanceof ToDefinition to) {
                    children.add(nodeAt(to.getEndpointUri()));
                }
            }
        }
        return children;
    }

    /** The node whose route listens at an endpoint. */
    private String nodeAt(String uri) {
        return Objects.requireNonNull(nodes.get(uri), uri);
    }

    private String balancer(String node) {
        LoadBalanceDefinition balancer = balancerOf(node);
        if (balancer != null && balancer.getLoadBalancerType() instanceof CustomLoadBalancerDefinition custom) {
            String ref = custom.getRef();
            return ref.substring(ref.lastIndexOf('/') + 1);
        }
        return "";
    }

    private @Nullable LoadBalanceDefinition balancerOf(String node) {
        for (ProcessorDefinition<?> output : route(node).getOutputs()) {
            if (output instanceof LoadBalanceDefinition balancer) {
                return balancer;
            }
        }
        return null;
    }

    private RouteDefinition route(String node) {
        return Objects.requireNonNull(routes.get(node), node);
    }

    private static String name(String node) {
        return node.substring(node.indexOf(':') + 1);
    }

    private String id(String node) {
        return ids.computeIfAbsent(node, it -> it.substring(0, it.indexOf(':')) + ids.size());
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}

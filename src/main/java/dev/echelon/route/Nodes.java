package dev.echelon.route;

/**
 * Names of the routes of a generation. A node is what a plan's path is made of ({@code pool:fast_pool}); its route id and
 * its {@code direct:} endpoint carry the generation too, because both are global to a Camel context.
 *
 * <p>In a large generation the groups are one node, {@code group:*}, and so are the echelons, the models and the
 * instances: their route serves all of them and finds out in the step of the walk whom it is about. Pools always have
 * their own.
 */
final class Nodes {

    /** All our route ids begin with it; the breaker factory knows our routes by it. */
    static final String PREFIX = "llm/";

    /** With more groups, echelons, models and instances than this, all together, a generation is large. */
    static final int MOST_ROUTES = 500;

    private static final String ALL = "*";

    private final String scope;
    private final boolean large;

    Nodes(long generation, boolean large) {
        this.scope = PREFIX + generation + "/";
        this.large = large;
    }

    static Nodes of(long generation, Topology topology) {
        int nodes = topology.groups().size()
                + topology.echelons().size()
                + 2 * topology.models().size()
                + topology.instances().size();
        return new Nodes(generation, nodes > MOST_ROUTES);
    }

    /** Whether nodes of a kind share a route. */
    boolean large() {
        return large;
    }

    static String pool(String name) {
        return "pool:" + name;
    }

    String group(String name) {
        return "group:" + each(name);
    }

    String echelon(String id) {
        return "echelon:" + each(id);
    }

    String model(String reference) {
        return "model:" + each(reference);
    }

    String instance(String id) {
        return "instance:" + each(id);
    }

    private String each(String name) {
        return large ? ALL : name;
    }

    static boolean isModel(String node) {
        return node.startsWith("model:");
    }

    static boolean isInstance(String node) {
        return node.startsWith("instance:");
    }

    /** The route group of the generation. */
    String routeGroup() {
        return scope.substring(0, scope.length() - 1);
    }

    String routeId(String node) {
        return scope + node;
    }

    String uri(String node) {
        return "direct:" + scope + encode(node);
    }

    /** The registry name of something that belongs to a node: its balancer, its gate. */
    String bean(String node, String part) {
        return scope + node + "/" + part;
    }

    /** The node of one of our route ids. */
    static String nodeOf(String routeId) {
        int scopeEnd = routeId.indexOf('/', PREFIX.length());
        return routeId.substring(scopeEnd + 1);
    }

    private static String encode(String node) {
        StringBuilder uri = new StringBuilder(node.length());
        for (int i = 0; i < node.length(); i++) {
            char c = node.charAt(i);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._:/@*".indexOf(c) >= 0);
            if (plain) {
                uri.append(c);
            } else {
                uri.append('~').append(Integer.toHexString(c)).append('~');
            }
        }
        return uri.toString();
    }
}

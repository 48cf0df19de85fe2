package dev.echelon.route;

/**
 * Names of the routes of a generation. A node is what a plan's path is made of ({@code pool:fast_pool}); its route id and
 * its {@code direct:} endpoint carry the generation too, because both are global to a Camel context.
 */
final class Nodes {

    /** All our route ids begin with it; the breaker factory knows our routes by it. */
    static final String PREFIX = "llm/";

    private final String scope;

    Nodes(long generation) {
        this.scope = PREFIX + generation + "/";
    }

    static String pool(String name) {
        return "pool:" + name;
    }

    static String group(String name) {
        return "group:" + name;
    }

    static String echelon(String id) {
        return "echelon:" + id;
    }

    static String model(String reference) {
        return "model:" + reference;
    }

    static String instance(String id) {
        return "instance:" + id;
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

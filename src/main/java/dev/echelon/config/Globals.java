package dev.echelon.config;

import java.util.List;
import java.util.Map;

/**
 * {@code [global]} of all wrapper files, merged. A file about task groups says what differs for them: it inherits what
 * the other files say.
 */
final class Globals {

    private static final String GROUP_FILE = "task_group";
    private static final List<String> CACHE_BOUNDS = List.of("max_size", "max_size_mb", "max_answer_mb");

    private final Report report;
    private Node.Table common = Node.Table.empty(Place.of("wrappers"));
    private Node.Table ofGroups = Node.Table.empty(Place.of("wrappers"));

    Globals(List<Document> documents, Report report) {
        this.report = report;
        for (Document document : documents) {
            if (document.kind() == Document.Kind.WRAPPERS
                    && document.root().get("global") instanceof Node.Table table) {
                if (aboutGroups(document)) {
                    belongsToAll(table, "global", "idempotency");
                    if (table.get("cache") instanceof Node.Table cache) {
                        CACHE_BOUNDS.forEach(key -> belongsToAll(cache, "global.cache", key));
                    }
                    clashes(ofGroups, table, "global");
                    ofGroups = Inheritance.merge(ofGroups, table);
                } else {
                    clashes(common, table, "global");
                    common = Inheritance.merge(common, table);
                }
            }
        }
    }

    Node.Table common() {
        return common;
    }

    Node.Table ofGroups() {
        return Inheritance.merge(common, ofGroups);
    }

    /** Named {@code task_group*}, or with nothing but wrappers of task groups in it. */
    private static boolean aboutGroups(Document document) {
        String file = document.file();
        String name = file.substring(file.lastIndexOf('/') + 1).replace('-', '_');
        if (document.key().startsWith(GROUP_FILE) || name.startsWith(GROUP_FILE)) {
            return true;
        }
        return document.root().get("wrappers") instanceof Node.Table wrappers
                && !wrappers.entries().isEmpty()
                && wrappers.entries().values().stream()
                        .allMatch(node -> node instanceof Node.Table wrapper
                                && wrapper.get("type") instanceof Node.Scalar type
                                && type.value().equals(GROUP_FILE));
    }

    /** What there is only one of cannot differ for wrappers of task groups. */
    private void belongsToAll(Node.Table table, String path, String key) {
        Node node = table.get(key);
        if (node != null) {
            report.fault(
                    node.place(),
                    Keys.join(path, key)
                            + " holds for all requests; write it into a file that is not about task groups");
        }
    }

    /** Two files of the same rank may not say different things. */
    private void clashes(Node.Table before, Node.Table table, String path) {
        for (Map.Entry<String, Node> entry : table.entries().entrySet()) {
            Node earlier = before.get(entry.getKey());
            Node later = entry.getValue();
            String key = Keys.join(path, entry.getKey());
            if (earlier instanceof Node.Table a && later instanceof Node.Table b) {
                clashes(a, b, key);
            } else if (earlier != null && !earlier.shown().equals(later.shown())) {
                report.fault(
                        later.place(), key + " has another value in " + earlier.place() + "; write it in one place");
            }
        }
    }
}

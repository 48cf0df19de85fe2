package dev.echelon.config;

/**
 * A record and the table it was read from, so that later checks can still say where something stands.
 *
 * @param file its key in the registry
 */
record Located<T>(T value, Node.Table table, String file) {

    Place place() {
        return table.place();
    }

    /** The place of a key below the table; as near to it as the file goes. */
    Place at(String... path) {
        return node(path).place();
    }

    /** The place of a text in the list under a key. */
    Place element(String text, String... path) {
        Node node = node(path);
        if (node instanceof Node.Array array) {
            for (Node item : array.items()) {
                if (item instanceof Node.Scalar scalar && scalar.value().equals(text)) {
                    return item.place();
                }
            }
        }
        return node.place();
    }

    private Node node(String... path) {
        Node node = table;
        for (String key : path) {
            Node next = node instanceof Node.Table inner ? inner.get(key) : null;
            if (next == null) {
                break;
            }
            node = next;
        }
        return node;
    }
}

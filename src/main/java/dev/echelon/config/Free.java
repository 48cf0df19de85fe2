package dev.echelon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metadata: nodes to plain Java values that anything can print. Dates become their text. */
final class Free {

    private Free() {}

    static Map<String, Object> map(Node.Table table) {
        Map<String, Object> map = new LinkedHashMap<>();
        table.entries().forEach((key, node) -> map.put(key, value(node)));
        return Collections.unmodifiableMap(map);
    }

    private static Object value(Node node) {
        if (node instanceof Node.Table table) {
            return map(table);
        }
        if (node instanceof Node.Array array) {
            return array.items().stream().map(Free::value).toList();
        }
        if (node instanceof Node.Scalar scalar && !scalar.unreadable()) {
            Object value = scalar.value();
            return value instanceof Number || value instanceof Boolean ? value : value.toString();
        }
        return List.of();
    }
}

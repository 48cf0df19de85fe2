package dev.echelon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TOML value that knows where it stands: what is left of a file once it is parsed. Immutable; every pass (environment,
 * inheritance) makes a new tree, so a parsed file may be kept.
 */
sealed interface Node {

    /** The place of the key, or of the element in an array. */
    Place place();

    /** What it is, for messages: {@code a table}. Never shows what an environment variable held. */
    String shown();

    record Table(Place place, Map<String, Node> entries) implements Node {

        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        static Table empty(Place place) {
            return new Table(place, Map.of());
        }

        @Nullable
        Node get(String key) {
            return entries.get(key);
        }

        @Override
        public String shown() {
            return "a table";
        }
    }

    record Array(Place place, List<Node> items) implements Node {

        public Array {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /**
     * @param value text, {@code Long}, {@code Double}, {@code Boolean} or a date; {@link #UNREADABLE} after a fault
     * @param template the text as written where variables were put into it, else {@code null}
     */
    record Scalar(Place place, Object value, @Nullable String template) implements Node {

        /** Stands for a value that has been reported already, so that nobody reports it again. */
        static final Object UNREADABLE = new Object();

        Scalar(Place place, Object value) {
            this(place, value, null);
        }

        boolean unreadable() {
            return value == UNREADABLE;
        }

        @Override
        public String shown() {
            if (template != null) {
                return Shown.text(template);
            }
            return value instanceof String text ? Shown.text(text) : Shown.plain(value.toString());
        }

        @Override
        public String toString() {
            return shown();
        }
    }
}

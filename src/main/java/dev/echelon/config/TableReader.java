package dev.echelon.config;

import dev.echelon.domain.Secret;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads one table key by key. Each getter names a key, checks its type and range, and gives a usable value in any case:
 * the default, or for a required key a stand-in after the report of an error. {@link #finish} then reports the keys that
 * nobody asked for.
 */
final class TableReader {

    /** A text of a list, with its place. */
    record Item(String text, Place place) {}

    private static final long NANOS = 1_000_000_000L;
    private static final int MOST_HINTS = 12;

    private final Node.Table table;
    private final String path;
    private final Report report;
    private final Scalars scalars;
    private final Lists lists;
    private final Set<String> known = new LinkedHashSet<>();

    TableReader(Node.Table table, String path, Report report) {
        this.table = table;
        this.path = path;
        this.report = report;
        this.scalars = new Scalars(report);
        this.lists = new Lists(scalars, report);
    }

    Node.Table node() {
        return table;
    }

    boolean has(String key) {
        return table.get(key) != null;
    }

    /** Where a key stands; the table's own place if it does not. */
    Place place(String key) {
        Node node = table.get(key);
        return node == null ? table.place() : node.place();
    }

    /** {@code pool.health_check.interval} */
    String path(String key) {
        return Keys.join(path, key);
    }

    /** A table in this one; an empty one where it is missing. */
    TableReader table(String key) {
        Node node = look(key);
        if (node instanceof Node.Table inner) {
            return new TableReader(inner, path(key), report);
        }
        if (node != null) {
            scalars.wrong(node, path(key), "a table [" + path(key) + "]", "an empty table");
        }
        return new TableReader(Node.Table.empty(place(key)), path(key), report);
    }

    /** A table that nothing can stand in for; an error where something else is in its place. */
    Optional<TableReader> requiredTable(String key, String example) {
        Node node = look(key);
        if (node instanceof Node.Table inner) {
            return Optional.of(new TableReader(inner, path(key), report));
        }
        if (node == null) {
            Place where = path.isEmpty() ? Place.of(table.place().file()) : table.place();
            String who = path.isEmpty() ? "" : path + " ";
            report.error(where, who + "has no table [" + path(key) + "]; write one, with " + example);
        } else {
            scalars.wrong(node, path(key), "a table [" + path(key) + "]", null);
        }
        return Optional.empty();
    }

    /** All entries of this table, each of which must be a table. */
    Map<String, TableReader> tables() {
        Map<String, TableReader> tables = new LinkedHashMap<>();
        table.entries().forEach((key, node) -> {
            known.add(key);
            if (node instanceof Node.Table) {
                tables.put(key, table(key));
            } else {
                scalars.wrong(node, path(key), "a table", null);
            }
        });
        return tables;
    }

    String text(String key, String fallback) {
        String text = optionalText(key, Shown.text(fallback));
        return text == null ? fallback : text;
    }

    /** A text that must be there and not be empty; otherwise the stand-in, after an error. */
    String requiredText(String key, String example, String standIn) {
        Node node = required(key, Shown.text(example));
        if (node == null) {
            return standIn;
        }
        String text = scalars.text(node, path(key), null);
        if (text != null && text.isBlank()) {
            report.error(node.place(), path(key) + " is empty; write one like " + Shown.text(example));
            return standIn;
        }
        return text == null ? standIn : text;
    }

    @Nullable
    String optionalText(String key, String fallback) {
        Node node = look(key);
        return node == null ? null : scalars.text(node, path(key), fallback);
    }

    /** {@code null} where the key is missing. */
    @Nullable
    Secret secret(String key) {
        Node node = look(key);
        if (node == null || unreadable(node)) {
            return null;
        }
        String value = scalars.credential(node, path(key));
        return value == null ? null : new Secret(value);
    }

    /** The names of the environment variables that a text is made of. */
    List<String> variables(String key) {
        return table.get(key) instanceof Node.Scalar scalar && scalar.template() != null
                ? Environment.names(scalar.template())
                : List.of();
    }

    boolean bool(String key, boolean fallback) {
        Node node = look(key);
        Boolean value = node == null ? null : scalars.bool(node, path(key), Boolean.toString(fallback));
        return value == null ? fallback : value;
    }

    int integer(String key, Bounds bounds, int fallback) {
        Integer value = optionalInteger(key, bounds, Integer.toString(fallback));
        return value == null ? fallback : value;
    }

    int requiredInteger(String key, Bounds bounds, int standIn) {
        Node node = required(key, Integer.toString(standIn));
        Number value = node == null ? null : scalars.number(node, path(key), true, bounds, null);
        return value == null ? standIn : value.intValue();
    }

    @Nullable
    Integer optionalInteger(String key, Bounds bounds, String fallback) {
        Node node = look(key);
        Number value = node == null ? null : scalars.number(node, path(key), true, bounds, fallback);
        return value == null ? null : Integer.valueOf(value.intValue());
    }

    double decimal(String key, Bounds bounds, double fallback) {
        Double value = optionalDecimal(key, bounds, Double.toString(fallback));
        return value == null ? fallback : value;
    }

    @Nullable
    Double optionalDecimal(String key, Bounds bounds, String fallback) {
        Node node = look(key);
        Number value = node == null ? null : scalars.number(node, path(key), false, bounds, fallback);
        return value == null ? null : Double.valueOf(value.doubleValue());
    }

    /** Seconds, whole or not. */
    Duration seconds(String key, Bounds bounds, Duration fallback) {
        Duration value = optionalSeconds(key, bounds, plain(fallback));
        return value == null ? fallback : value;
    }

    @Nullable
    Duration optionalSeconds(String key, Bounds bounds, String fallback) {
        Double seconds = optionalDecimal(key, bounds, fallback);
        return seconds == null ? null : Duration.ofNanos((long) Math.ceil(seconds * NANOS));
    }

    /** One of the words of an enum, written in lower case. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        E value = optionalChoice(key, type, Shown.text(Scalars.word(fallback)));
        return value == null ? fallback : value;
    }

    <E extends Enum<E>> E requiredChoice(String key, Class<E> type, E standIn) {
        return required(key, Shown.text(Scalars.word(standIn))) == null ? standIn : choice(key, type, standIn, null);
    }

    private <E extends Enum<E>> @Nullable E optionalChoice(String key, Class<E> type, @Nullable String fallback) {
        Node node = look(key);
        return node == null ? null : scalars.choice(node, path(key), type, fallback);
    }

    private <E extends Enum<E>> E choice(String key, Class<E> type, E standIn, @Nullable String fallback) {
        E value = optionalChoice(key, type, fallback);
        return value == null ? standIn : value;
    }

    /** A text that something else understands; that throws {@code IllegalArgumentException} with a reason if not. */
    <T> Optional<T> parsed(String key, Function<String, T> parser) {
        Node node = look(key);
        String text = node == null ? null : scalars.text(node, path(key), null);
        if (node == null || text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            report.error(node.place(), path(key) + " = " + node.shown() + " " + e.getMessage());
            return Optional.empty();
        }
    }

    /** A list of texts; empty where it is missing. Broken elements are reported and left out. */
    List<Item> items(String key) {
        return items(key, "an empty list");
    }

    /** @param fallback what the caller uses where there is no list, in words */
    List<Item> items(String key, String fallback) {
        Node node = look(key);
        return node == null ? List.of() : lists.items(node, path(key), fallback, "nothing");
    }

    /** A list that must be there and hold something. */
    List<Item> requiredItems(String key, String what, String example) {
        Node node = look(key);
        if (node == null || (node instanceof Node.Array array && array.items().isEmpty())) {
            report.error(
                    place(key),
                    path(key) + " lists no " + what + "; write one at least, like [" + Shown.text(example) + "]");
            return List.of();
        }
        return lists.items(node, path(key), null, null);
    }

    List<String> texts(String key) {
        return items(key).stream().map(Item::text).toList();
    }

    /** Whole numbers by name; broken ones are reported and left out. */
    Map<String, Integer> integers(String key, Bounds bounds) {
        TableReader inner = table(key);
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (String name : inner.table.entries().keySet()) {
            Integer number = inner.optionalInteger(name, bounds, "nothing");
            if (number != null) {
                numbers.put(name, number);
            }
        }
        return Collections.unmodifiableMap(numbers);
    }

    /** A free table, as plain maps, lists, texts, numbers and booleans. */
    Map<String, Object> free(String key) {
        return Free.map(table(key).table);
    }

    /** Call when every key that means something has been asked for. */
    void finish() {
        for (Map.Entry<String, Node> entry : table.entries().entrySet()) {
            String key = entry.getKey();
            if (!known.contains(key)) {
                report.fault(entry.getValue().place(), path(key) + " is not known" + advice(key));
            }
        }
    }

    private String advice(String key) {
        return DidYouMean.nearest(key, known)
                .map(near -> "; did you mean " + near + "?")
                .orElseGet(() -> known.size() <= MOST_HINTS && !known.isEmpty()
                        ? "; known here: " + String.join(", ", known)
                        : "; take it out");
    }

    private @Nullable Node required(String key, String example) {
        Node node = look(key);
        if (node == null) {
            String where = path.isEmpty() ? "the file" : path;
            report.error(table.place(), where + " has no " + key + "; write " + key + " = " + example);
        }
        return node;
    }

    private @Nullable Node look(String key) {
        known.add(key);
        return table.get(key);
    }

    private static boolean unreadable(Node node) {
        return node instanceof Node.Scalar scalar && scalar.unreadable();
    }

    private static String plain(Duration duration) {
        return duration.toNanosPart() == 0
                ? Long.toString(duration.toSeconds())
                : Double.toString(duration.toNanos() / (double) NANOS);
    }
}

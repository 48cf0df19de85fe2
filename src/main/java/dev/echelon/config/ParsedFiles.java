package dev.echelon.config;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what was parsed with its bytes ({@code cache_enabled}), so that a reload parses changed files only.
 * What is kept is as written: no environment variable is in it. Safe for concurrent use.
 */
final class ParsedFiles {

    private record Parsed(byte[] bytes, Node.Table table) {}

    private final Map<String, Parsed> kept = new ConcurrentHashMap<>();

    /** @param keep {@code cache_enabled} */
    Optional<Node.Table> parse(String file, byte[] bytes, boolean keep, Report report) {
        if (!keep) {
            kept.clear();
            return new TomlText(file, report).parse(bytes);
        }
        Parsed before = kept.get(file);
        if (before != null && Arrays.equals(before.bytes(), bytes)) {
            return Optional.of(before.table());
        }
        int problems = report.size();
        Optional<Node.Table> table = new TomlText(file, report).parse(bytes);
        if (table.isPresent() && report.size() == problems) {
            kept.put(file, new Parsed(bytes, table.get()));
        } else {
            kept.remove(file);
        }
        return table;
    }
}

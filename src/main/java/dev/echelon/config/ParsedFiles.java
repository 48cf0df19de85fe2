package dev.echelon.config;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what was parsed by the hash of its bytes ({@code cache_enabled}), so that a reload parses changed files only.
 * What is kept is as written: no environment variable is in it. Safe for concurrent use.
 */
final class ParsedFiles {

    private record Parsed(String hash, Node.Table table) {}

    private final Map<String, Parsed> kept = new ConcurrentHashMap<>();

    /** @param keep {@code cache_enabled} */
    Optional<Node.Table> parse(String file, byte[] bytes, boolean keep, Report report) {
        if (!keep) {
            kept.clear();
            return new TomlText(file, report).parse(bytes);
        }
        String hash = hash(bytes);
        Parsed before = kept.get(file);
        if (before != null && before.hash().equals(hash)) {
            return Optional.of(before.table());
        }
        int problems = report.size();
        Optional<Node.Table> table = new TomlText(file, report).parse(bytes);
        if (table.isPresent() && report.size() == problems) {
            kept.put(file, new Parsed(hash, table.get()));
        } else {
            kept.remove(file);
        }
        return table;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

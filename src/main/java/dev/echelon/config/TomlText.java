package dev.echelon.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * The bytes of one file to a tree of nodes. Whatever the bytes are, the outcome is a tree or problems, never anything
 * thrown: a broken file must not stop a running router that looks at its files.
 */
final class TomlText {

    static final int LARGEST = 1 << 20;

    private static final int MOST_ERRORS = 20;
    private static final TomlParseOptions OPTIONS =
            TomlParseOptions.sourceless().withMaxNestingDepth(64);
    private static final Pattern SECRET = Pattern.compile("(?i)key|token|secret|passw|auth");

    private final String file;
    private final Report report;

    TomlText(String file, Report report) {
        this.file = file;
        this.report = report;
    }

    Optional<Node.Table> parse(byte[] bytes) {
        if (bytes.length > LARGEST) {
            report.error(Place.of(file), "is larger than 1 MB: split it");
            return Optional.empty();
        }
        String text = decode(bytes);
        return text == null ? Optional.empty() : parse(text);
    }

    Optional<Node.Table> parse(String text) {
        try {
            TomlParseResult result = Toml.parse(text, OPTIONS);
            if (result.hasErrors()) {
                report(result.errors(), text);
                return Optional.empty();
            }
            return Optional.of(table(result, new Place(file, 1, 1)));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            report.error(
                    Place.of(file), "cannot be read as TOML (" + e.getClass().getSimpleName() + "): write it simpler");
            return Optional.empty();
        }
    }

    private @Nullable String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int lineStart = text.lastIndexOf('\n') + 1;
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            report.error(
                    new Place(file, line, text.codePointCount(lineStart, text.length()) + 1),
                    "is not UTF-8 here: save the file as UTF-8");
            return null;
        }
        if (text.startsWith("\ufeff")) {
            report.warning(new Place(file, 1, 1), "starts with a byte order mark: save the file as UTF-8 without it");
            return text.substring(1);
        }
        return text;
    }

    private void report(List<TomlParseError> errors, String text) {
        List<String> lines = text.lines().toList();
        for (TomlParseError error : errors.subList(0, Math.min(MOST_ERRORS, errors.size()))) {
            int line = error.position().line();
            boolean secret =
                    line <= lines.size() && SECRET.matcher(lines.get(line - 1)).find();
            String message = secret
                    ? "is no TOML here (the line may hold a secret and is not shown)"
                    : "is no TOML: " + Shown.message(String.valueOf(error.getMessage()));
            report.error(place(error.position()), message);
        }
        if (errors.size() > MOST_ERRORS) {
            report.error(
                    place(errors.get(MOST_ERRORS).position()),
                    "is no TOML in " + (errors.size() - MOST_ERRORS) + " more places from here on");
        }
    }

    private Node.Table table(TomlTable table, Place place) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (String key : table.keySet()) {
            List<String> path = List.of(key);
            TomlPosition position = table.inputPositionOf(path);
            entries.put(key, node(table.get(path), position == null ? place : place(position)));
        }
        return new Node.Table(place, entries);
    }

    private Node node(@Nullable Object value, Place place) {
        if (value instanceof TomlTable table) {
            return table(table, place);
        }
        if (value instanceof TomlArray array) {
            List<Node> items = new ArrayList<>();
            for (int i = 0; i < array.size(); i++) {
                items.add(node(array.get(i), place(array.inputPositionOf(i))));
            }
            return new Node.Array(place, items);
        }
        return new Node.Scalar(place, value == null ? Node.Scalar.UNREADABLE : value);
    }

    private Place place(TomlPosition position) {
        return new Place(file, position.line(), position.column());
    }
}

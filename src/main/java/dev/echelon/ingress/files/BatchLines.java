package dev.echelon.ingress.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import dev.echelon.domain.json.ParsedRequest;
import dev.echelon.domain.json.RequestJson;
import dev.echelon.domain.json.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a file. A line is one of OpenAI's batch format ({@code custom_id}, {@code method}, {@code url},
 * {@code body}), a {@code {"prompt": "..."}} or a request, both with a {@code custom_id} if they like, or, where that is
 * allowed, a prompt as plain text. Empty lines count, but are nothing. Any other line is a request with a fault.
 */
public final class BatchLines implements AutoCloseable {

    /** Bytes of a line: as long as the body of an HTTP request may be. */
    static final int MAX_LINE = 10 * 1024 * 1024;

    private static final int MAX_ID = 512;
    private static final String URL = "/v1/chat/completions";

    private final LineReader lines;
    private final boolean plainText;
    private long number;

    private BatchLines(LineReader lines, boolean plainText) {
        this.lines = lines;
        this.plainText = plainText;
    }

    /** @param plainText whether a line that is no JSON object is a prompt, and not a fault */
    public static BatchLines of(Path file, boolean plainText) throws IOException {
        return new BatchLines(LineReader.of(file, MAX_LINE), plainText);
    }

    /** How many requests a file holds; it is read once for that. */
    public static long count(Path file) throws IOException {
        long count = 0;
        try (LineReader lines = LineReader.of(file, MAX_LINE)) {
            for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
                count += line.isBlank() ? 0 : 1;
            }
        }
        return count;
    }

    /** The next request, {@code null} at the end. */
    @Nullable
    BatchLine next() throws IOException {
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
            number++;
            byte[] bytes = number == 1 ? withoutMark(line.bytes()) : line.bytes();
            if (!line.isBlank()) {
                return line.tooLong()
                        ? BatchLine.bad(name(), 0, invalid("the line is longer than " + MAX_LINE + " bytes", null))
                        : read(bytes);
            }
        }
        return null;
    }

    private BatchLine read(byte[] line) {
        if (plainText && !isObject(line)) {
            String text = Utf8.text(line);
            return text == null
                    ? BatchLine.bad(name(), line.length, invalid("the line is not valid UTF-8", null))
                    : BatchLine.of(name(), line.length, new ParsedRequest(ChatRequest.ofText(text), null));
        }
        ObjectNode json;
        try {
            json = Json.readObject(line);
        } catch (JsonFault e) {
            return BatchLine.bad(name(), line.length, invalid("the line " + e.reason(), null));
        }
        String id = name();
        try {
            id = customId(json);
            return BatchLine.of(id, line.length, request(json));
        } catch (ModelFailure fault) {
            return BatchLine.bad(id, line.length, fault);
        }
    }

    private String customId(ObjectNode json) throws ModelFailure {
        JsonNode id = json.remove("custom_id");
        if (id == null || id.isNull()) {
            if (json.has("body")) {
                throw invalid("custom_id is missing", "custom_id");
            }
            return name();
        }
        String text = id.textValue();
        if (text == null
                || text.isBlank()
                || text.length() > MAX_ID
                || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw invalid("custom_id must be a string of 1 to " + MAX_ID + " characters", "custom_id");
        }
        return text;
    }

    private static ParsedRequest request(ObjectNode json) throws ModelFailure {
        JsonNode prompt = json.get("prompt");
        if (prompt != null && prompt.isTextual() && !json.has("messages")) {
            return new ParsedRequest(ChatRequest.ofText(prompt.textValue()), null);
        }
        if (!json.has("body")) {
            if (json.has("messages")) {
                return RequestJson.read(json);
            }
            throw invalid("the line has neither body nor messages nor prompt", null);
        }
        check(json, "method", "POST");
        check(json, "url", URL);
        if (json.get("body") instanceof ObjectNode body) {
            return RequestJson.read(body);
        }
        throw invalid("body must be an object", "body");
    }

    private static void check(ObjectNode json, String field, String only) throws ModelFailure {
        JsonNode value = json.get(field);
        if (value != null && !value.isNull() && !only.equals(value.textValue())) {
            throw invalid(field + " must be " + only, field);
        }
    }

    private String name() {
        return "line-" + number;
    }

    private static ModelFailure invalid(String message, @Nullable String param) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, message).withParam(param);
    }

    /** Whether a line looks like a JSON object. */
    static boolean isObject(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t') {
                return b == '{';
            }
        }
        return false;
    }

    static byte[] withoutMark(byte[] line) {
        int mark = Utf8.markLength(line);
        return mark == 0 ? line : Arrays.copyOfRange(line, mark, line.length);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}

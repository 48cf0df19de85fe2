package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An error as a provider wrote it, in any of the usual shapes: an {@code error} object or text, the same within an array,
 * the fields at the top level, or a {@code detail}. Everything in it is a stranger's.
 *
 * @param words codes and types in lower case, the ones that say what is wrong
 * @param status the HTTP status the body speaks of, 0 when none
 */
record UpstreamError(
        List<String> words,
        @Nullable String message,
        @Nullable String param,
        int status) {

    static final UpstreamError NONE = new UpstreamError(List.of(), null, null, 0);

    /** A real error is short; nothing longer is worth the parsing. */
    private static final int LONGEST = 256 * 1024;

    /** Never fails: a body that is no JSON says nothing. */
    static UpstreamError read(byte[] body) {
        if (body.length == 0 || body.length > LONGEST) {
            return NONE;
        }
        try {
            return read(Json.readLeniently(body));
        } catch (JsonFault e) {
            return NONE;
        }
    }

    static UpstreamError read(JsonNode body) {
        JsonNode root = body.isArray() ? body.path(0) : body;
        JsonNode error = root.path("error");
        if (error.isTextual()) {
            return new UpstreamError(List.of(), error.textValue(), null, status(root));
        }
        JsonNode facts = error.isObject() ? error : root;
        List<String> words = new ArrayList<>();
        word(facts.path("code"), words);
        word(facts.path("type"), words);
        word(facts.path("status"), words);
        word(facts.path("innererror").path("code"), words);
        for (JsonNode detail : facts.path("details")) {
            word(detail.path("reason"), words);
        }
        String message = facts.path("message").textValue();
        return new UpstreamError(
                words,
                message == null ? facts.path("detail").textValue() : message,
                facts.path("param").textValue(),
                status(facts));
    }

    private static void word(JsonNode node, List<String> words) {
        if (node.isTextual()) {
            words.add(node.textValue().toLowerCase(Locale.ROOT));
        }
    }

    private static int status(JsonNode facts) {
        int code = facts.path("code").asInt(0);
        int status = code == 0 ? facts.path("status").asInt(0) : code;
        return status >= 400 && status < 600 ? status : 0;
    }

    /** Whether a code or type contains one of these. */
    boolean says(List<String> parts) {
        for (String word : words) {
            for (String part : parts) {
                if (word.contains(part)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the message contains one of these, which are lower case. */
    boolean tells(List<String> phrases) {
        if (message == null) {
            return false;
        }
        String lower = message.toLowerCase(Locale.ROOT);
        for (String phrase : phrases) {
            if (lower.contains(phrase)) {
                return true;
            }
        }
        return false;
    }
}

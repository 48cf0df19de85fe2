package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What answers and chunks share: reading fields of an upstream, where a wrong type spoils the answer. */
final class Answers {

    private static final long MAX_SECONDS = 253_402_300_799L;

    private Answers() {}

    static ModelFailure bad(String what) {
        return ModelFailure.of(FailureKind.BAD_RESPONSE, "the model's provider sent an unreadable answer: " + what);
    }

    static ObjectNode object(@Nullable JsonNode value, String what) throws ModelFailure {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw bad(what + " is no object");
    }

    /** The elements, none where there is no array. */
    static Iterable<JsonNode> elements(@Nullable JsonNode value, String what) throws ModelFailure {
        if (value == null || value.isNull()) {
            return Set.of();
        }
        if (value instanceof ArrayNode array) {
            return array;
        }
        throw bad(what + " is no array");
    }

    /** The string, {@code null} when absent. */
    @Nullable
    static String textOrNull(ObjectNode node, String name) throws ModelFailure {
        JsonNode value = Fields.get(node, name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw bad(name + " is no string");
        }
        return value.textValue();
    }

    static String textOr(ObjectNode node, String name, String otherwise) throws ModelFailure {
        String value = textOrNull(node, name);
        return value == null ? otherwise : value;
    }

    static String text(ObjectNode node, String name) throws ModelFailure {
        String value = textOrNull(node, name);
        if (value == null) {
            throw bad(name + " is missing");
        }
        return value;
    }

    /** Text as a string, or joined from the text parts of an array, as some servers send it. */
    @Nullable
    static String content(ObjectNode node) throws ModelFailure {
        JsonNode value = Fields.get(node, "content");
        if (!(value instanceof ArrayNode parts)) {
            return textOrNull(node, "content");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : parts) {
            text.append(textOr(object(part, "a content part"), "text", ""));
        }
        return text.toString();
    }

    static int index(ObjectNode node, int otherwise) {
        JsonNode value = Fields.get(node, "index");
        return value != null && value.canConvertToInt() && value.intValue() >= 0 ? value.intValue() : otherwise;
    }

    /** Seconds since the epoch, 0 where the provider gave none that makes sense. */
    static long created(ObjectNode node) {
        JsonNode value = Fields.get(node, "created");
        long seconds = value != null && value.canConvertToLong() ? value.longValue() : 0;
        return seconds < 0 || seconds > MAX_SECONDS ? 0 : seconds;
    }
}

package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Typed access to a caller's fields. {@code null} in JSON is the same as absent. */
final class Fields {

    private Fields() {}

    /** What the caller is told: the path and what has to stand there, nothing of what stood there. */
    static ModelFailure invalid(Path at, String must) {
        String field = at.toString();
        return ModelFailure.of(FailureKind.INVALID_REQUEST, field + " " + must).withParam(field);
    }

    /** The field, {@code null} when absent or JSON null. */
    @Nullable
    static JsonNode get(ObjectNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    static ObjectNode object(@Nullable JsonNode value, Path at) throws ModelFailure {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw invalid(at, "must be an object");
    }

    /** The array, {@code null} when absent. */
    @Nullable
    static ArrayNode array(ObjectNode node, String name, Path at) throws ModelFailure {
        JsonNode value = get(node, name);
        if (value == null || value instanceof ArrayNode) {
            return (ArrayNode) value;
        }
        throw invalid(at.field(name), "must be an array");
    }

    /** The string, {@code null} when absent. */
    @Nullable
    static String text(ObjectNode node, String name, Path at) throws ModelFailure {
        JsonNode value = get(node, name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw invalid(at.field(name), "must be a string");
        }
        return value.textValue();
    }

    /** A string, as it came where it is long. */
    static JsonText content(JsonNode string) {
        return string instanceof JsonTextNode node ? node.text() : JsonText.of(string.textValue());
    }

    static String requiredText(ObjectNode node, String name, Path at) throws ModelFailure {
        String value = text(node, name, at);
        if (value == null) {
            throw invalid(at.field(name), "must be a string");
        }
        return value;
    }

    /** A string with at least one character. */
    static String requiredName(ObjectNode node, String name, Path at) throws ModelFailure {
        String value = requiredText(node, name, at);
        if (value.isEmpty()) {
            throw invalid(at.field(name), "must not be empty");
        }
        return value;
    }

    static boolean flag(ObjectNode node, String name, Path at) throws ModelFailure {
        JsonNode value = get(node, name);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw invalid(at.field(name), "must be true or false");
        }
        return value.booleanValue();
    }

    /** A number from 0 to {@code most}, {@code null} when absent. */
    @Nullable
    static Double upTo(int most, ObjectNode node, String name) throws ModelFailure {
        JsonNode value = get(node, name);
        if (value == null) {
            return null;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (number >= 0 && number <= most) {
            return number;
        }
        throw invalid(Path.ROOT.field(name), "must be a number from 0 to " + most);
    }

    /** A whole number from 1, {@code null} when absent. */
    @Nullable
    static Integer count(ObjectNode node, String name) throws ModelFailure {
        JsonNode value = get(node, name);
        if (value == null) {
            return null;
        }
        if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1) {
            return value.intValue();
        }
        throw invalid(Path.ROOT.field(name), "must be a whole number from 1");
    }

    /** The fields that are not {@code known}, in their order. */
    static Map<String, JsonNode> others(ObjectNode node, Set<String> known) {
        Map<String, JsonNode> others = null;
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!known.contains(field.getKey())) {
                others = others == null ? new LinkedHashMap<>() : others;
                others.put(field.getKey(), field.getValue());
            }
        }
        return others == null ? Map.of() : Collections.unmodifiableMap(others);
    }
}

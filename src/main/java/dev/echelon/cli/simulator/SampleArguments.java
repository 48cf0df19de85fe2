package dev.echelon.cli.simulator;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Arguments for a tool, made from its JSON schema: the required properties (all, where the schema requires none), each
 * with its constant, default, example or first permitted value, else a sample of its type. The schema is a stranger's;
 * what it says wrongly is read as a string.
 */
final class SampleArguments {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_DEPTH = 12;
    private static final int MAX_ITEMS = 16;
    private static final int MAX_VALUES = 1_000;

    private final JsonNode root;
    private int values;

    private SampleArguments(JsonNode root) {
        this.root = root;
    }

    static ObjectNode of(JsonNode schema) {
        SampleArguments samples = new SampleArguments(schema);
        return samples.object(samples.resolve(schema, 0), 0);
    }

    private JsonNode value(String name, JsonNode declared, int depth) {
        JsonNode schema = resolve(declared, 0);
        for (JsonNode given : List.of(
                schema.path("const"),
                schema.path("default"),
                schema.path("enum").path(0),
                schema.path("examples").path(0))) {
            if (!given.isMissingNode()) {
                return given;
            }
        }
        if (depth >= MAX_DEPTH || ++values > MAX_VALUES) {
            return NullNode.instance;
        }
        return switch (type(schema)) {
            case "object" -> object(schema, depth + 1);
            case "array" -> array(name, schema, depth + 1);
            case "boolean" -> BooleanNode.TRUE;
            case "integer" -> NODES.numberNode((long) Math.ceil(number(schema)));
            case "number" -> NODES.numberNode(number(schema));
            case "null" -> NullNode.instance;
            default -> NODES.textNode(text(name, schema));
        };
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        JsonNode properties = schema.path("properties");
        JsonNode required = schema.path("required");
        if (required.isArray() && !required.isEmpty()) {
            required.forEach(
                    name -> object.set(name.asText(), value(name.asText(), properties.path(name.asText()), depth)));
        } else {
            properties
                    .properties()
                    .forEach(property ->
                            object.set(property.getKey(), value(property.getKey(), property.getValue(), depth)));
        }
        return object;
    }

    private ArrayNode array(String name, JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        int items = Math.min(MAX_ITEMS, Math.max(1, schema.path("minItems").asInt(1)));
        for (int i = 0; i < items; i++) {
            array.add(value(name, schema.path("items"), depth));
        }
        return array;
    }

    /** Follows references within the schema and takes the first alternative where there are several. */
    private JsonNode resolve(JsonNode schema, int hops) {
        if (hops >= MAX_DEPTH) {
            return schema;
        }
        String reference = schema.path("$ref").asText("");
        if (reference.startsWith("#/")) {
            return resolve(root.at(JsonPointer.compile(reference.substring(1))), hops + 1);
        }
        for (String choice : List.of("anyOf", "oneOf", "allOf")) {
            JsonNode first = schema.path(choice).path(0);
            if (first.isObject()) {
                return resolve(first, hops + 1);
            }
        }
        return schema;
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        for (JsonNode one : type) {
            if (!one.asText().equals("null")) {
                return one.asText();
            }
        }
        if (type.isTextual()) {
            return type.asText();
        }
        return schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
    }

    private static double number(JsonNode schema) {
        double low = Math.max(
                schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY),
                schema.path("exclusiveMinimum").asDouble(Double.NEGATIVE_INFINITY) + 1);
        double high = Math.min(
                schema.path("maximum").asDouble(Double.POSITIVE_INFINITY),
                schema.path("exclusiveMaximum").asDouble(Double.POSITIVE_INFINITY) - 1);
        return Math.min(Math.max(1, low), high);
    }

    private static String text(String name, JsonNode schema) {
        return switch (schema.path("format").asText("")) {
            case "date" -> "2026-01-01";
            case "time" -> "12:00:00Z";
            case "date-time" -> "2026-01-01T12:00:00Z";
            case "email" -> "sample@example.com";
            case "uri", "url" -> "https://example.com/";
            case "uuid" -> "00000000-0000-4000-8000-000000000000";
            default -> "sample " + name;
        };
    }
}

package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.JsonText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Tokens to a tree. A key may stand once in an object. Long strings are not decoded but keep their place in the
 * document; that they are well-formed is checked by the parser, which passes over them.
 */
final class TreeReader {

    /** Shorter strings are decoded at once: that costs less than to remember where they stand. */
    private static final int LONG = 64;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser tokens;
    private final byte @Nullable [] document;
    private final int start;

    /**
     * @param document what {@code tokens} reads, valid UTF-8; {@code null} where that is no bytes
     * @param start where in it they begin
     */
    TreeReader(JsonParser tokens, byte @Nullable [] document, int start) {
        this.tokens = tokens;
        this.document = document;
        this.start = start;
    }

    /** The value at the next token, {@code null} where there is none. */
    @Nullable
    JsonNode read() throws IOException, JsonFault {
        JsonToken token = tokens.nextToken();
        return token == null ? null : value(token);
    }

    /** As deep as the document, which the parser bounds. */
    private JsonNode value(JsonToken token) throws IOException, JsonFault {
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> string();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(tokens.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private ObjectNode object() throws IOException, JsonFault {
        ObjectNode object = NODES.objectNode();
        for (String name = tokens.nextFieldName(); name != null; name = tokens.nextFieldName()) {
            JsonNode before = object.replace(name, value(tokens.nextToken()));
            if (before != null) {
                throw JsonFault.at("has the same key twice", tokens.currentLocation());
            }
        }
        return object;
    }

    private ArrayNode array() throws IOException, JsonFault {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = tokens.nextToken(); token != JsonToken.END_ARRAY; token = tokens.nextToken()) {
            array.add(value(token));
        }
        return array;
    }

    private JsonNode string() throws IOException {
        if (document != null) {
            int from = start + (int) tokens.currentTokenLocation().getByteOffset() + 1;
            int end = StringScan.end(document, from);
            if (end - from >= LONG && end - from <= Json.MAX_STRING) {
                return new JsonTextNode(JsonText.ofJson(document, from, end));
            }
        }
        return NODES.textNode(tokens.getText());
    }

    private JsonNode integer() throws IOException {
        return switch (tokens.getNumberType()) {
            case INT -> NODES.numberNode(tokens.getIntValue());
            case LONG -> NODES.numberNode(tokens.getLongValue());
            default -> NODES.numberNode(tokens.getBigIntegerValue());
        };
    }
}

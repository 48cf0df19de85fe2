package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A call of a tool by the model.
 *
 * @param id the provider's id, which the tool result must repeat
 * @param arguments JSON text of an object, exactly as the model wrote it; it may be malformed
 * @param extras uninterpreted fields beside it, such as the signature some models want back with the call
 */
public record ToolCall(String id, String name, String arguments, Map<String, JsonNode> extras) {

    public ToolCall(String id, String name, String arguments) {
        this(id, name, arguments, Map.of());
    }
}

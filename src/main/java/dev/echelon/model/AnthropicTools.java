package dev.echelon.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes {@code tools} and {@code tool_choice}; without tools neither, for a choice among none is refused. */
final class AnthropicTools {

    private final JsonGenerator out;
    private final ChatRequest request;
    private final boolean sameDialect;

    AnthropicTools(JsonGenerator out, ChatRequest request) {
        this.out = out;
        this.request = request;
        this.sameDialect = request.dialect().equals(ChatRequest.ANTHROPIC);
    }

    void write() throws IOException {
        if (request.tools().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("tools");
        for (ToolDefinition tool : request.tools()) {
            tool(tool);
        }
        out.writeEndArray();
        choice();
    }

    private void tool(ToolDefinition tool) throws IOException {
        if (tool.opaque() != null) {
            if (sameDialect) {
                out.writeTree(tool.opaque());
            }
            return;
        }
        out.writeStartObject();
        out.writeStringField("name", tool.name());
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        out.writeFieldName("input_schema");
        schema(tool.parameters());
        AnthropicBlocks.extras(out, tool.extras(), sameDialect);
        out.writeEndObject();
    }

    /** OpenAI lets the schema and its type be left out, Anthropic neither. */
    private void schema(@Nullable JsonNode parameters) throws IOException {
        out.writeStartObject();
        if (parameters == null || !parameters.has("type")) {
            out.writeStringField("type", "object");
        }
        if (parameters == null || parameters.isEmpty()) {
            out.writeObjectFieldStart("properties");
            out.writeEndObject();
        } else {
            for (Map.Entry<String, JsonNode> field : parameters.properties()) {
                AnthropicBlocks.extra(out, field);
            }
        }
        out.writeEndObject();
    }

    private void choice() throws IOException {
        ToolChoice choice = request.toolChoice();
        if (choice instanceof ToolChoice.Opaque opaque) {
            if (sameDialect) {
                out.writeFieldName("tool_choice");
                out.writeTree(opaque.json());
            }
            return;
        }
        boolean oneAtATime = oneAtATime();
        if (choice == null && !oneAtATime) {
            return;
        }
        out.writeObjectFieldStart("tool_choice");
        out.writeStringField("type", type(choice));
        if (choice instanceof ToolChoice.Named named) {
            out.writeStringField("name", named.name());
        }
        if (oneAtATime && !(choice instanceof ToolChoice.None)) {
            out.writeBooleanField("disable_parallel_tool_use", true);
        }
        out.writeEndObject();
    }

    private boolean oneAtATime() {
        JsonNode parallel = sameDialect ? null : request.extras().get("parallel_tool_calls");
        return parallel != null && parallel.isBoolean() && !parallel.booleanValue();
    }

    private static String type(@Nullable ToolChoice choice) {
        if (choice instanceof ToolChoice.Required) {
            return "any";
        }
        if (choice instanceof ToolChoice.Named) {
            return "tool";
        }
        return choice instanceof ToolChoice.None ? "none" : "auto";
    }
}

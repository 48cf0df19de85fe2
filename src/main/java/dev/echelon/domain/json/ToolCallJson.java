package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tool calls of an answer; they are written the same way into a request. */
final class ToolCallJson {

    static final Set<String> FIELDS = Set.of("id", "type", "function", "index");

    private ToolCallJson() {}

    /** The calls, {@code null} where one is no function call and the array must stay as it came. */
    @Nullable
    static List<ToolCall> read(@Nullable JsonNode nodes) throws ModelFailure {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode node : Answers.elements(nodes, "tool_calls")) {
            ObjectNode call = Answers.object(node, "a tool call");
            if (!(call.get("function") instanceof ObjectNode function)) {
                return null;
            }
            calls.add(new ToolCall(
                    Answers.textOr(call, "id", ""),
                    Answers.text(function, "name"),
                    arguments(function),
                    Fields.others(call, FIELDS)));
        }
        return calls;
    }

    /** Some servers send the object itself where its text belongs. */
    private static String arguments(ObjectNode function) throws ModelFailure {
        JsonNode arguments = Fields.get(function, "arguments");
        return arguments instanceof ObjectNode ? Json.text(arguments) : Answers.textOr(function, "arguments", "");
    }

    static void write(JsonGenerator out, ToolCall call, boolean withExtras) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", call.id());
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", call.name());
        out.writeStringField("arguments", call.arguments());
        out.writeEndObject();
        if (withExtras) {
            Extras.writeAll(out, call.extras());
        }
        out.writeEndObject();
    }

    static void writeAll(JsonGenerator out, List<ToolCall> calls, boolean withExtras) throws IOException {
        if (calls.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            write(out, call, withExtras);
        }
        out.writeEndArray();
    }
}

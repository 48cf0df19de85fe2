package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One event of a streamed chat completion: the JSON only, without the {@code data:} around it. */
public final class ChunkJson {

    private static final Set<String> INTERPRETED = Set.of("id", "object", "created", "model", "choices", "usage");
    private static final Set<String> CHOICE = Set.of("index", "delta", "finish_reason");
    private static final Set<String> DELTA = Set.of("role", "content", "tool_calls");
    private static final String TYPE = "type";
    /** A call of another kind than a function keeps its type among the extras. */
    private static final Set<String> OPAQUE_CALL = Set.of("id", "index", "function");

    private ChunkJson() {}

    /** @throws ModelFailure {@code BAD_RESPONSE} when it is no chunk */
    public static ChatChunk read(String data) throws ModelFailure {
        try {
            return read(Json.readObject(data));
        } catch (JsonFault e) {
            throw Answers.bad("an event " + e.reason());
        }
    }

    /** As {@link #read(String)}; takes the tree over. */
    public static ChatChunk read(ObjectNode root) throws ModelFailure {
        if (Fields.get(root, "choices") == null && Fields.get(root, "usage") == null) {
            throw Answers.bad("an event is no chunk");
        }
        List<ChatChunk.Delta> choices = new ArrayList<>(1);
        for (JsonNode node : Answers.elements(root.get("choices"), "choices")) {
            choices.add(choice(Answers.object(node, "a choice"), choices.size()));
        }
        return new ChatChunk(
                Answers.textOr(root, "id", ""),
                Answers.textOr(root, "model", ""),
                Answers.created(root),
                choices,
                UsageJson.read(root.get("usage")),
                ChatRequest.OPENAI,
                Fields.others(root, INTERPRETED));
    }

    private static ChatChunk.Delta choice(ObjectNode choice, int position) throws ModelFailure {
        ObjectNode delta = Fields.get(choice, "delta") == null
                ? JsonNodeFactory.instance.objectNode()
                : Answers.object(choice.get("delta"), "a delta");
        return new ChatChunk.Delta(
                Answers.index(choice, position),
                Answers.textOrNull(delta, "role"),
                Answers.content(delta),
                toolCalls(delta),
                Answers.textOrNull(choice, "finish_reason"),
                Fields.others(delta, DELTA),
                Fields.others(choice, CHOICE));
    }

    private static List<ChatChunk.ToolCallDelta> toolCalls(ObjectNode delta) throws ModelFailure {
        JsonNode nodes = Fields.get(delta, "tool_calls");
        if (nodes == null) {
            return List.of();
        }
        List<ChatChunk.ToolCallDelta> calls = new ArrayList<>(1);
        for (JsonNode node : Answers.elements(nodes, "tool_calls")) {
            ObjectNode call = Answers.object(node, "a tool call");
            ObjectNode function = Fields.get(call, "function") == null
                    ? JsonNodeFactory.instance.objectNode()
                    : Answers.object(call.get("function"), "a function");
            calls.add(new ChatChunk.ToolCallDelta(
                    Answers.index(call, calls.size()),
                    Answers.textOrNull(call, "id"),
                    Answers.textOrNull(function, "name"),
                    Answers.textOrNull(function, "arguments"),
                    Fields.others(call, isFunction(call) ? ToolCallJson.FIELDS : OPAQUE_CALL)));
        }
        return calls;
    }

    private static boolean isFunction(ObjectNode call) {
        JsonNode type = Fields.get(call, TYPE);
        return type == null || "function".equals(type.textValue());
    }

    /** Writes the chunk for a caller that speaks OpenAI. */
    public static byte[] write(ChatChunk chunk) {
        Envelope envelope = new Envelope(
                "chat.completion.chunk",
                chunk.id(),
                chunk.created(),
                chunk.model(),
                chunk.usage(),
                chunk.dialect(),
                chunk.extras());
        return Json.write(out -> envelope.write(out, chunk.choices(), ChunkJson::write));
    }

    private static void write(JsonGenerator out, ChatChunk.Delta delta, boolean sameDialect) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", delta.index());
        out.writeObjectFieldStart("delta");
        if (delta.role() != null) {
            out.writeStringField("role", delta.role());
        }
        if (delta.content() != null) {
            out.writeStringField("content", delta.content());
        }
        if (!delta.toolCalls().isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ChatChunk.ToolCallDelta call : delta.toolCalls()) {
                write(out, call, sameDialect);
            }
            out.writeEndArray();
        }
        Extras.writeOfMessage(out, delta.deltaExtras(), sameDialect);
        out.writeEndObject();
        out.writeStringField("finish_reason", delta.finishReason());
        if (sameDialect) {
            Extras.writeAll(out, delta.extras());
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, ChatChunk.ToolCallDelta call, boolean sameDialect) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", call.index());
        if (call.id() != null) {
            out.writeStringField("id", call.id());
            if (!call.extras().containsKey(TYPE)) {
                out.writeStringField(TYPE, "function");
            }
        }
        if (call.name() != null || call.arguments() != null) {
            out.writeObjectFieldStart("function");
            if (call.name() != null) {
                out.writeStringField("name", call.name());
            }
            if (call.arguments() != null) {
                out.writeStringField("arguments", call.arguments());
            }
            out.writeEndObject();
        }
        if (sameDialect) {
            Extras.writeAll(out, call.extras());
        }
        out.writeEndObject();
    }
}

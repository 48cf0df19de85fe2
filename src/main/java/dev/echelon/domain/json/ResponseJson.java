package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion. Read tolerantly, for servers differ, but never into an answer without choices. Of an answer in
 * another dialect only the extras that mean the same everywhere are written: {@code reasoning_content} and
 * {@code refusal}.
 */
public final class ResponseJson {

    private static final Set<String> INTERPRETED = Set.of("id", "object", "created", "model", "choices", "usage");
    private static final Set<String> CHOICE = Set.of("index", "message", "finish_reason");
    private static final Set<String> MESSAGE = Set.of("role", "content");
    private static final Set<String> MESSAGE_WITH_CALLS = Set.of("role", "content", "tool_calls");

    private ResponseJson() {}

    /**
     * Reads an answer; malformed UTF-8 in it becomes U+FFFD.
     *
     * @throws ModelFailure {@code BAD_RESPONSE} when it is none
     */
    public static ChatResponse read(byte[] body) throws ModelFailure {
        try {
            return read(Json.readObjectLeniently(body));
        } catch (JsonFault e) {
            throw Answers.bad("it " + e.reason());
        }
    }

    /** As {@link #read(byte[])}; takes the tree over. */
    public static ChatResponse read(ObjectNode root) throws ModelFailure {
        if (Fields.get(root, "error") != null) {
            throw Answers.bad("it holds an error");
        }
        List<ChatResponse.Choice> choices = new ArrayList<>();
        for (JsonNode node : Answers.elements(root.get("choices"), "choices")) {
            choices.add(choice(Answers.object(node, "a choice"), choices.size()));
        }
        if (choices.isEmpty()) {
            throw Answers.bad("it has no choices");
        }
        return new ChatResponse(
                Answers.textOr(root, "id", ""),
                Answers.textOr(root, "model", ""),
                Answers.created(root),
                choices,
                UsageJson.read(root.get("usage")),
                ChatRequest.OPENAI,
                Fields.others(root, INTERPRETED));
    }

    private static ChatResponse.Choice choice(ObjectNode choice, int position) throws ModelFailure {
        ObjectNode message = Answers.object(choice.get("message"), "a message");
        List<ToolCall> calls = ToolCallJson.read(message.get("tool_calls"));
        return new ChatResponse.Choice(
                Answers.index(choice, position),
                content(message),
                calls == null ? List.of() : calls,
                Answers.textOrNull(choice, "finish_reason"),
                Fields.others(message, calls == null ? MESSAGE : MESSAGE_WITH_CALLS),
                Fields.others(choice, CHOICE));
    }

    @Nullable
    private static JsonText content(ObjectNode message) throws ModelFailure {
        JsonNode content = Fields.get(message, "content");
        if (content != null && content.isTextual()) {
            return Fields.content(content);
        }
        String joined = Answers.content(message);
        return joined == null ? null : JsonText.of(joined);
    }

    /** Writes the answer for a caller that speaks OpenAI. */
    public static byte[] write(ChatResponse response) {
        Envelope envelope = new Envelope(
                "chat.completion",
                response.id(),
                response.created(),
                response.model(),
                response.usage(),
                response.dialect(),
                response.extras());
        return Json.write(out -> envelope.write(out, response.choices(), ResponseJson::write));
    }

    private static void write(JsonGenerator out, ChatResponse.Choice choice, boolean sameDialect) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", choice.index());
        out.writeObjectFieldStart("message");
        out.writeStringField("role", "assistant");
        out.writeFieldName("content");
        if (choice.content() == null) {
            out.writeNull();
        } else {
            choice.content().writeTo(out);
        }
        ToolCallJson.writeAll(out, choice.toolCalls(), sameDialect);
        Extras.writeOfMessage(out, choice.messageExtras(), sameDialect);
        out.writeEndObject();
        out.writeStringField("finish_reason", choice.finishReason());
        if (sameDialect) {
            Extras.writeAll(out, choice.extras());
        }
        out.writeEndObject();
    }
}

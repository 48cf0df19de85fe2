package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import dev.echelon.domain.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a plain answer of the messages API. Thinking becomes {@code reasoning_content}. Where the answer holds more than
 * text and calls of tools, all its blocks stay in the message's extras as {@code content_blocks}, for a caller of the
 * same dialect; so does {@code stop_reason} in the choice's.
 */
final class AnthropicAnswer {

    static final String REASONING = "reasoning_content";
    static final String CONTENT_BLOCKS = "content_blocks";

    private static final Set<String> INTERPRETED =
            Set.of("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage");
    private static final List<String> STOP_FIELDS = List.of("stop_reason", "stop_sequence");

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private boolean more;

    private AnthropicAnswer() {}

    /**
     * @param created seconds since the epoch, which the API does not tell
     * @throws ModelFailure {@code BAD_RESPONSE} when it is no message
     */
    static ChatResponse read(ObjectNode root, long created) throws ModelFailure {
        if (!(root.get("content") instanceof ArrayNode content)) {
            throw bad("it has no content");
        }
        if (content.isEmpty() && !root.path("stop_reason").isTextual()) {
            throw bad("it neither says anything nor why");
        }
        AnthropicAnswer answer = new AnthropicAnswer();
        for (JsonNode block : content) {
            answer.block(block);
        }
        return new ChatResponse(
                root.path("id").asText(""),
                root.path("model").asText(""),
                created,
                List.of(answer.choice(root, content)),
                AnthropicUsage.read(root.get("usage")),
                ChatRequest.ANTHROPIC,
                others(root));
    }

    private void block(JsonNode block) throws ModelFailure {
        String type = block.path("type").textValue();
        if (type == null) {
            throw bad("a content block has no type");
        }
        switch (type) {
            case "text" -> {
                text.append(required(block, "text"));
                more |= block.size() > 2;
            }
            case "tool_use" ->
                calls.add(new ToolCall(required(block, "id"), required(block, "name"), arguments(block.get("input"))));
            case "thinking" -> {
                thinking.append(block.path("thinking").asText(""));
                more = true;
            }
            default -> more = true;
        }
    }

    private ChatResponse.Choice choice(ObjectNode root, ArrayNode content) {
        Map<String, JsonNode> messageExtras = new LinkedHashMap<>();
        if (!thinking.isEmpty()) {
            messageExtras.put(REASONING, JsonNodeFactory.instance.textNode(thinking.toString()));
        }
        if (more) {
            messageExtras.put(CONTENT_BLOCKS, content);
        }
        Map<String, JsonNode> extras = new LinkedHashMap<>();
        for (String name : STOP_FIELDS) {
            JsonNode value = root.get(name);
            if (value != null) {
                extras.put(name, value);
            }
        }
        return new ChatResponse.Choice(
                0,
                text.isEmpty() && !calls.isEmpty() ? null : JsonText.of(text.toString()),
                calls,
                finishReason(root.path("stop_reason").textValue()),
                Collections.unmodifiableMap(messageExtras),
                Collections.unmodifiableMap(extras));
    }

    static String arguments(@Nullable JsonNode input) {
        return input == null || !input.isObject() ? "{}" : Json.text(input);
    }

    /** In OpenAI's words; what has none there stays. */
    @Nullable
    static String finishReason(@Nullable String stopReason) {
        if (stopReason == null) {
            return null;
        }
        return switch (stopReason) {
            case "end_turn", "stop_sequence", "pause_turn" -> "stop";
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            default -> stopReason;
        };
    }

    private static String required(JsonNode block, String name) throws ModelFailure {
        String value = block.path(name).textValue();
        if (value == null) {
            throw bad("the " + name + " of a content block is missing");
        }
        return value;
    }

    private static Map<String, JsonNode> others(ObjectNode root) {
        Map<String, JsonNode> others = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!INTERPRETED.contains(field.getKey())) {
                others.put(field.getKey(), field.getValue());
            }
        }
        return Collections.unmodifiableMap(others);
    }

    static ModelFailure bad(String what) {
        return ModelFailure.of(FailureKind.BAD_RESPONSE, "the model's provider sent an unreadable answer: " + what);
    }
}

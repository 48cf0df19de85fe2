package dev.echelon.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.ToolCall;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** About how many bytes an answer takes in memory. Estimated from above, so that a bound of them holds. */
final class AnswerSize {

    /** An object with a few fields and the small collections in it. */
    private static final int OBJECT = 96;

    private AnswerSize() {}

    static long of(AnswerKey key) {
        return 4 * OBJECT + text(key.tenant()) + text(key.target()) + text(key.key());
    }

    static long of(RouteInfo route) {
        return OBJECT + text(route.target()) + text(route.instance()) + text(route.echelon()) + text(route.trace());
    }

    static long of(ChatResponse response) {
        long size = 2 * OBJECT + text(response.id()) + text(response.model()) + extras(response.extras());
        for (ChatResponse.Choice choice : response.choices()) {
            size += OBJECT + content(choice.content()) + text(choice.finishReason());
            for (ToolCall call : choice.toolCalls()) {
                size += OBJECT + text(call.id()) + text(call.name()) + text(call.arguments()) + extras(call.extras());
            }
            size += extras(choice.messageExtras()) + extras(choice.extras());
        }
        return size + (response.usage() == null ? 0 : extras(response.usage().extras()));
    }

    /** What is the same in all chunks of an answer: id, model and the fields beside them. */
    static long ofEnvelope(ChatChunk chunk) {
        return text(chunk.id()) + text(chunk.model()) + extras(chunk.extras());
    }

    static long withoutEnvelope(ChatChunk chunk) {
        long size = OBJECT;
        for (ChatChunk.Delta delta : chunk.choices()) {
            size += OBJECT + text(delta.role()) + text(delta.content()) + text(delta.finishReason());
            for (ChatChunk.ToolCallDelta call : delta.toolCalls()) {
                size += OBJECT + text(call.id()) + text(call.name()) + text(call.arguments()) + extras(call.extras());
            }
            size += extras(delta.deltaExtras()) + extras(delta.extras());
        }
        return size + (chunk.usage() == null ? 0 : OBJECT + extras(chunk.usage().extras()));
    }

    private static long content(@Nullable JsonText text) {
        return text == null ? 0 : OBJECT + text.bytesHeld();
    }

    private static long text(@Nullable String text) {
        return text == null ? 0 : 48 + 2L * text.length();
    }

    private static long extras(Map<String, JsonNode> extras) {
        long size = 0;
        for (Map.Entry<String, JsonNode> extra : extras.entrySet()) {
            size += OBJECT + text(extra.getKey()) + json(extra.getValue());
        }
        return size;
    }

    /** Depth is bounded by whoever parsed it. */
    private static long json(JsonNode node) {
        long size = OBJECT;
        if (node.isTextual()) {
            return size + text(node.textValue());
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            size += OBJECT + text(field.getKey()) + json(field.getValue());
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                size += json(element);
            }
        }
        return size;
    }
}

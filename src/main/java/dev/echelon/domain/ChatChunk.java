package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of a streamed answer.
 *
 * @param choices the deltas; empty in the closing usage chunk
 * @param usage {@code null} in all chunks but the last
 * @param dialect the dialect it came in; {@code extras} are written only to a caller of the same one
 */
public record ChatChunk(
        String id,
        String model,
        long created,
        List<Delta> choices,
        @Nullable Usage usage,
        String dialect,
        Map<String, JsonNode> extras) {

    public ChatChunk {
        choices = List.copyOf(choices);
    }

    /** Whether it carries anything of the answer itself: text, a tool call, a refusal, reasoning. */
    public boolean hasContent() {
        for (Delta delta : choices) {
            if (delta.hasContent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * A piece of one alternative.
     *
     * @param role {@code assistant} in the first delta, {@code null} after it
     * @param finishReason {@code null} until the last delta of the choice
     * @param deltaExtras uninterpreted fields of the delta ({@code refusal}, {@code reasoning_content}, ...)
     * @param extras uninterpreted fields of the choice ({@code logprobs})
     */
    public record Delta(
            int index,
            @Nullable String role,
            @Nullable String content,
            List<ToolCallDelta> toolCalls,
            @Nullable String finishReason,
            Map<String, JsonNode> deltaExtras,
            Map<String, JsonNode> extras) {

        public Delta {
            toolCalls = List.copyOf(toolCalls);
        }

        boolean hasContent() {
            if ((content != null && !content.isEmpty()) || !toolCalls.isEmpty()) {
                return true;
            }
            for (JsonNode value : deltaExtras.values()) {
                if (value.isTextual() ? !value.textValue().isEmpty() : value.isContainerNode() && !value.isEmpty()) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * A piece of a tool call. Id and name come in the first piece, the arguments' text in any.
     *
     * @param index the position of the call within the answer
     * @param extras uninterpreted fields beside it
     */
    public record ToolCallDelta(
            int index,
            @Nullable String id,
            @Nullable String name,
            @Nullable String arguments,
            Map<String, JsonNode> extras) {

        public ToolCallDelta(int index, @Nullable String id, @Nullable String name, @Nullable String arguments) {
            this(index, id, name, arguments, Map.of());
        }
    }
}

package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The canonical answer.
 *
 * @param id the provider's id of the answer
 * @param model the model as the provider names it
 * @param created seconds since the epoch
 * @param choices never empty
 * @param usage {@code null} when the provider gave none
 * @param dialect the dialect it came in; {@code extras} are written only to a caller of the same one
 */
public record ChatResponse(
        String id,
        String model,
        long created,
        List<Choice> choices,
        @Nullable Usage usage,
        String dialect,
        Map<String, JsonNode> extras) {

    public ChatResponse {
        choices = List.copyOf(choices);
    }

    /** The text of the first choice, empty when it only calls tools. */
    public String text() {
        String text = choices.get(0).text();
        return text == null ? "" : text;
    }

    /**
     * One alternative.
     *
     * @param content {@code null} when the model only calls tools
     * @param finishReason in OpenAI's words: {@code stop | length | tool_calls | content_filter}, or what the provider
     *     wrote
     * @param messageExtras uninterpreted fields of the message ({@code refusal}, {@code reasoning_content}, ...)
     * @param extras uninterpreted fields of the choice ({@code logprobs})
     */
    public record Choice(
            int index,
            @Nullable JsonText content,
            List<ToolCall> toolCalls,
            @Nullable String finishReason,
            Map<String, JsonNode> messageExtras,
            Map<String, JsonNode> extras) {

        public Choice {
            toolCalls = List.copyOf(toolCalls);
        }

        /** The content, {@code null} when the model only calls tools. */
        @Nullable
        public String text() {
            return content == null ? null : content.toString();
        }
    }
}

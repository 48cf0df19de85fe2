package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The canonical request: what the caller asked, in no provider's words. Every attempt is rendered anew from it.
 *
 * @param dialect the dialect of the edge that read it, {@code openai} or {@code anthropic}; {@code extras} go upstream
 *     only where the provider speaks the same one
 * @param model the {@code model} field as the caller wrote it
 * @param messages in order, never empty
 * @param tools tool definitions, empty when none
 * @param toolChoice {@code null} when the caller left it out
 * @param temperature the caller's, 0 to 2
 * @param topP the caller's, 0 to 1
 * @param maxTokens the caller's ceiling for the answer, in tokens
 * @param stop stop sequences, empty when none
 * @param stream whether the answer is to come as events
 * @param includeUsage whether a stream is to end with a usage chunk
 * @param extras fields we do not interpret, as the caller sent them
 */
public record ChatRequest(
        String dialect,
        @Nullable String model,
        List<ChatMessage> messages,
        List<ToolDefinition> tools,
        @Nullable ToolChoice toolChoice,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer maxTokens,
        List<String> stop,
        boolean stream,
        boolean includeUsage,
        Map<String, JsonNode> extras) {

    public static final String OPENAI = "openai";
    public static final String ANTHROPIC = "anthropic";

    public ChatRequest {
        Objects.requireNonNull(dialect, "dialect");
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        stop = List.copyOf(stop);
    }

    /** A request of one user message, as {@code to("llm:fast_pool")} makes of a plain text. */
    public static ChatRequest ofText(String text) {
        return new ChatRequest(
                OPENAI,
                null,
                List.of(ChatMessage.text(ChatMessage.Role.USER, text)),
                List.of(),
                null,
                null,
                null,
                null,
                List.of(),
                false,
                false,
                Map.of());
    }

    public ChatRequest withStream(boolean wanted) {
        if (wanted == stream) {
            return this;
        }
        return new ChatRequest(
                dialect,
                model,
                messages,
                tools,
                toolChoice,
                temperature,
                topP,
                maxTokens,
                stop,
                wanted,
                includeUsage,
                extras);
    }

    /** With sampling values filled in or cut; {@code null} leaves a value unset. */
    public ChatRequest withSampling(
            @Nullable Double newTemperature, @Nullable Double newTopP, @Nullable Integer newMaxTokens) {
        if (Objects.equals(newTemperature, temperature)
                && Objects.equals(newTopP, topP)
                && Objects.equals(newMaxTokens, maxTokens)) {
            return this;
        }
        return new ChatRequest(
                dialect,
                model,
                messages,
                tools,
                toolChoice,
                newTemperature,
                newTopP,
                newMaxTokens,
                stop,
                stream,
                includeUsage,
                extras);
    }
}

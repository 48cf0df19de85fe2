package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param content parts in order; empty for an assistant message that only calls tools
 * @param toolCalls what an assistant message asked for, empty for others
 * @param toolCallId the call that a {@code TOOL} message answers, {@code null} for others
 * @param extras fields we do not interpret ({@code name}, {@code refusal}, ...)
 */
public record ChatMessage(
        Role role,
        List<ContentPart> content,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        Map<String, JsonNode> extras) {

    /** Who speaks. {@code developer} is kept apart from {@code system}: some models know only one of them. */
    public enum Role {
        SYSTEM,
        DEVELOPER,
        USER,
        ASSISTANT,
        TOOL;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ChatMessage {
        Objects.requireNonNull(role, "role");
        content = List.copyOf(content);
        toolCalls = List.copyOf(toolCalls);
    }

    public static ChatMessage text(Role role, String text) {
        return new ChatMessage(role, List.of(new ContentPart.Text(text, Map.of())), List.of(), null, Map.of());
    }
}

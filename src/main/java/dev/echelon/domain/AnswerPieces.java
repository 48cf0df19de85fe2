package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatChunk.Delta;
import dev.echelon.domain.ChatChunk.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole answer as the events of a stream; {@link JoinedAnswer} is the way back. */
public final class AnswerPieces {

    /** Long texts come in several events: some readers of event streams take only short lines. */
    private static final int MOST_CHARACTERS = 4_000;

    private AnswerPieces() {}

    /** The events that say the same as the answer, its usage last. */
    public static List<ChatChunk> split(ChatResponse answer) {
        List<ChatChunk> chunks = new ArrayList<>();
        for (ChatResponse.Choice choice : answer.choices()) {
            String role = "assistant";
            Map<String, JsonNode> extras = choice.messageExtras();
            for (String piece : pieces(choice.text())) {
                chunks.add(chunk(answer, delta(choice, role, piece, List.of(), extras)));
                role = null;
                extras = Map.of();
            }
            if (role != null || !choice.toolCalls().isEmpty()) {
                chunks.add(chunk(answer, delta(choice, role, null, calls(choice), extras)));
            }
            chunks.add(chunk(
                    answer,
                    new Delta(
                            choice.index(), null, null, List.of(), choice.finishReason(), Map.of(), choice.extras())));
        }
        if (answer.usage() != null) {
            chunks.add(new ChatChunk(
                    answer.id(),
                    answer.model(),
                    answer.created(),
                    List.of(),
                    answer.usage(),
                    answer.dialect(),
                    answer.extras()));
        }
        return chunks;
    }

    private static List<String> pieces(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        List<String> pieces = new ArrayList<>(1);
        int from = 0;
        while (text.length() - from > MOST_CHARACTERS) {
            int to = from + MOST_CHARACTERS;
            to -= Character.isHighSurrogate(text.charAt(to - 1)) ? 1 : 0;
            pieces.add(text.substring(from, to));
            from = to;
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static List<ToolCallDelta> calls(ChatResponse.Choice choice) {
        List<ToolCallDelta> calls = new ArrayList<>();
        for (ToolCall call : choice.toolCalls()) {
            calls.add(new ToolCallDelta(calls.size(), call.id(), call.name(), call.arguments(), call.extras()));
        }
        return calls;
    }

    private static Delta delta(
            ChatResponse.Choice choice,
            @Nullable String role,
            @Nullable String content,
            List<ToolCallDelta> calls,
            Map<String, JsonNode> extras) {
        return new Delta(choice.index(), role, content, calls, null, extras, Map.of());
    }

    private static ChatChunk chunk(ChatResponse answer, Delta delta) {
        return new ChatChunk(
                answer.id(), answer.model(), answer.created(), List.of(delta), null, answer.dialect(), answer.extras());
    }
}

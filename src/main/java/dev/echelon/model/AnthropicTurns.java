package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as Anthropic orders it: the instructions apart, then user and assistant by turns. Adjacent messages of
 * one side become one turn; within a turn of the user the tools' results come first, as the API demands. What has nothing
 * to say is left out, because empty text is refused.
 *
 * @param system parts of all system and developer messages, wherever they stood
 */
record AnthropicTurns(List<ContentPart> system, List<Turn> turns) {

    /** One side's turn, never without a message. */
    record Turn(boolean assistant, List<Said> messages) {}

    /** A message and what of its content can be said. */
    record Said(ChatMessage message, List<ContentPart> parts) {}

    static AnthropicTurns of(ChatRequest request) {
        List<ContentPart> system = new ArrayList<>();
        List<Turn> turns = new ArrayList<>();
        for (ChatMessage message : request.messages()) {
            List<ContentPart> parts = sayable(message);
            Role role = message.role();
            if (role == Role.SYSTEM || role == Role.DEVELOPER) {
                system.addAll(parts);
            } else if (role == Role.TOOL
                    || !parts.isEmpty()
                    || !message.toolCalls().isEmpty()) {
                turn(turns, role == Role.ASSISTANT).add(new Said(message, parts));
            }
        }
        if (turns.isEmpty() && !system.isEmpty()) {
            // a conversation must have a user: instructions alone are a prompt
            ChatMessage prompt = new ChatMessage(Role.USER, system, List.of(), null, Map.of());
            return new AnthropicTurns(List.of(), List.of(new Turn(false, List.of(new Said(prompt, system)))));
        }
        turns.forEach(AnthropicTurns::resultsFirst);
        return new AnthropicTurns(system, turns);
    }

    private static List<Said> turn(List<Turn> turns, boolean assistant) {
        if (turns.isEmpty() || turns.get(turns.size() - 1).assistant() != assistant) {
            turns.add(new Turn(assistant, new ArrayList<>()));
        }
        return turns.get(turns.size() - 1).messages();
    }

    private static void resultsFirst(Turn turn) {
        if (!turn.assistant() && turn.messages().size() > 1) {
            // stable, so that both kinds keep their order
            turn.messages().sort((a, b) -> Boolean.compare(isResult(b), isResult(a)));
        }
    }

    static boolean isResult(Said said) {
        return said.message().role() == Role.TOOL;
    }

    private static List<ContentPart> sayable(ChatMessage message) {
        List<ContentPart> parts = new ArrayList<>(message.content().size());
        for (ContentPart part : message.content()) {
            if (part instanceof ContentPart.Text text) {
                addText(parts, text);
            } else if (part instanceof ContentPart.Opaque opaque) {
                String refusal = refusal(opaque);
                if (refusal != null) {
                    addText(parts, new ContentPart.Text(refusal, Map.of()));
                } else if (opaque.dialect().equals(ChatRequest.ANTHROPIC)) {
                    parts.add(opaque);
                }
            } else {
                parts.add(part);
            }
        }
        JsonNode refusal = message.extras().get("refusal");
        if (parts.isEmpty() && refusal != null && refusal.isTextual()) {
            addText(parts, new ContentPart.Text(refusal.textValue(), Map.of()));
        }
        return parts;
    }

    private static void addText(List<ContentPart> parts, ContentPart.Text text) {
        if (!text.text().isBlank()) {
            parts.add(text);
        }
    }

    /** The text of OpenAI's refusal part, {@code null} when it is another part. */
    @Nullable
    static String refusal(ContentPart.Opaque part) {
        boolean refuses = part.dialect().equals(ChatRequest.OPENAI)
                && "refusal".equals(part.json().path("type").textValue());
        return refuses ? part.json().path("refusal").textValue() : null;
    }

    /** As Anthropic spells it. */
    static String mediaType(ContentPart.Image image) {
        String type = image.mediaType() == null ? "" : image.mediaType().toLowerCase(Locale.ROOT);
        return type.equals("image/jpg") ? "image/jpeg" : type;
    }
}

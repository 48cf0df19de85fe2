package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One message of a request. */
final class MessageReader {

    static final String TOOL_CALLS = "tool_calls";
    static final String TOOL_CALL_ID = "tool_call_id";

    private static final Set<String> INTERPRETED = Set.of("role", "content");
    private static final Set<String> INTERPRETED_CALLS = Set.of("role", "content", TOOL_CALLS);
    private static final Set<String> INTERPRETED_TOOL = Set.of("role", "content", TOOL_CALL_ID);
    private static final Set<String> CALL_FIELDS = Set.of("id", "type", "function");

    /** What an assistant may have said instead of text. */
    private static final List<String> OTHER_SAYINGS = List.of("refusal", "audio", "function_call");

    private MessageReader() {}

    static ChatMessage read(JsonNode node, Path at) throws ModelFailure {
        ObjectNode message = Fields.object(node, at);
        Role role = role(Fields.requiredText(message, "role", at), at.field("role"));
        List<ContentPart> content = content(Fields.get(message, "content"), role, at.field("content"));
        return switch (role) {
            case ASSISTANT -> assistant(message, content, at);
            case TOOL ->
                new ChatMessage(
                        role,
                        content,
                        List.of(),
                        Fields.requiredName(message, TOOL_CALL_ID, at),
                        Fields.others(message, INTERPRETED_TOOL));
            case SYSTEM, DEVELOPER, USER ->
                new ChatMessage(role, content, List.of(), null, Fields.others(message, INTERPRETED));
        };
    }

    private static Role role(String word, Path at) throws ModelFailure {
        return switch (word) {
            case "system" -> Role.SYSTEM;
            case "developer" -> Role.DEVELOPER;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            case "function" ->
                throw Fields.invalid(at, "must not be function, which is out of date: use tools and the role tool");
            default -> throw Fields.invalid(at, "must be system, developer, user, assistant or tool");
        };
    }

    private static ChatMessage assistant(ObjectNode message, List<ContentPart> content, Path at) throws ModelFailure {
        ArrayNode nodes = Fields.array(message, TOOL_CALLS, at);
        List<ToolCall> calls = nodes == null ? List.of() : calls(nodes, at.field(TOOL_CALLS));
        if (calls == null) {
            // calls of another kind than a function have no words of ours: the array stays as it came
            return new ChatMessage(Role.ASSISTANT, content, List.of(), null, Fields.others(message, INTERPRETED));
        }
        if (content.isEmpty() && calls.isEmpty() && isSilent(message)) {
            throw Fields.invalid(at, "must have content or tool_calls");
        }
        return new ChatMessage(Role.ASSISTANT, content, calls, null, Fields.others(message, INTERPRETED_CALLS));
    }

    private static boolean isSilent(ObjectNode message) {
        for (String name : OTHER_SAYINGS) {
            if (Fields.get(message, name) != null) {
                return false;
            }
        }
        return true;
    }

    /** The calls, {@code null} where one is no function call. */
    @Nullable
    private static List<ToolCall> calls(ArrayNode nodes, Path at) throws ModelFailure {
        List<ToolCall> calls = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            Path here = at.at(calls.size());
            ObjectNode call = Fields.object(node, here);
            String type = Fields.text(call, "type", here);
            if (type != null && !type.equals("function")) {
                return null;
            }
            Path inFunction = here.field("function");
            ObjectNode function = Fields.object(Fields.get(call, "function"), inFunction);
            calls.add(new ToolCall(
                    Fields.requiredName(call, "id", here),
                    Fields.requiredName(function, "name", inFunction),
                    Fields.requiredText(function, "arguments", inFunction),
                    Fields.others(call, CALL_FIELDS)));
        }
        return calls;
    }

    private static List<ContentPart> content(@Nullable JsonNode value, Role role, Path at) throws ModelFailure {
        if (value == null && role == Role.ASSISTANT) {
            return List.of();
        }
        if (value != null && value.isTextual()) {
            return List.of(new ContentPart.Text(Fields.content(value), Map.of()));
        }
        if (!(value instanceof ArrayNode nodes)) {
            throw Fields.invalid(at, "must be a string or an array of parts");
        }
        if (nodes.isEmpty() && role != Role.ASSISTANT) {
            throw Fields.invalid(at, "must have at least one part");
        }
        List<ContentPart> parts = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            parts.add(PartReader.read(node, at.at(parts.size())));
        }
        return parts;
    }
}

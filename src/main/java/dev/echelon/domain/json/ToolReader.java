package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code tools} and {@code tool_choice} of a request. */
final class ToolReader {

    private static final Path TOOLS = Path.ROOT.field("tools");
    private static final Path CHOICE = Path.ROOT.field("tool_choice");
    private static final Set<String> TOOL_FIELDS = Set.of("type", "function", "name", "description", "parameters");
    private static final Set<String> FUNCTION_FIELDS = Set.of("name", "description", "parameters");

    private ToolReader() {}

    static List<ToolDefinition> tools(ObjectNode root) throws ModelFailure {
        ArrayNode nodes = Fields.array(root, "tools", Path.ROOT);
        if (nodes == null) {
            return List.of();
        }
        List<ToolDefinition> tools = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            tools.add(tool(node, TOOLS.at(tools.size())));
        }
        return tools;
    }

    private static ToolDefinition tool(JsonNode node, Path at) throws ModelFailure {
        ObjectNode tool = Fields.object(node, at);
        if (!Fields.requiredText(tool, "type", at).equals("function")) {
            return new ToolDefinition("", null, null, Map.of(), tool);
        }
        Path inFunction = at.field("function");
        ObjectNode function = Fields.object(Fields.get(tool, "function"), inFunction);
        JsonNode parameters = Fields.get(function, "parameters");
        return new ToolDefinition(
                Fields.requiredName(function, "name", inFunction),
                Fields.text(function, "description", inFunction),
                parameters == null ? null : Fields.object(parameters, inFunction.field("parameters")),
                extras(tool, function),
                null);
    }

    private static Map<String, JsonNode> extras(ObjectNode tool, ObjectNode function) {
        Map<String, JsonNode> inside = Fields.others(function, FUNCTION_FIELDS);
        Map<String, JsonNode> beside = Fields.others(tool, TOOL_FIELDS);
        if (beside.isEmpty()) {
            return inside;
        }
        Map<String, JsonNode> both = new LinkedHashMap<>(inside);
        both.putAll(beside);
        return Collections.unmodifiableMap(both);
    }

    @Nullable
    static ToolChoice choice(ObjectNode root) throws ModelFailure {
        JsonNode value = Fields.get(root, "tool_choice");
        if (value == null) {
            return null;
        }
        if (value.isTextual()) {
            return switch (value.textValue()) {
                case "auto" -> new ToolChoice.Auto();
                case "none" -> new ToolChoice.None();
                case "required" -> new ToolChoice.Required();
                default -> throw Fields.invalid(CHOICE, "must be auto, none, required or an object");
            };
        }
        ObjectNode choice = Fields.object(value, CHOICE);
        if (!Fields.requiredText(choice, "type", CHOICE).equals("function")) {
            return new ToolChoice.Opaque(choice);
        }
        Path inFunction = CHOICE.field("function");
        ObjectNode function = Fields.object(Fields.get(choice, "function"), inFunction);
        return new ToolChoice.Named(Fields.requiredName(function, "name", inFunction));
    }
}

package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The top level of a request. */
final class RequestReader {

    static final String MAX_TOKENS = "max_tokens";
    static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
    static final String STREAM_OPTIONS = "stream_options";
    static final String INCLUDE_USAGE = "include_usage";

    private static final int MAX_STOPS = 16;

    private static final Set<String> INTERPRETED = Set.of(
            "model", "messages", "tools", "tool_choice", "temperature", "top_p", "stop", "stream", STREAM_OPTIONS);

    /** Lower case without underscores and hyphens, as {@link #dropped} compares. */
    private static final Set<String> DROPPED = Set.of(
            "apibase",
            "apikey",
            "apitype",
            "apiversion",
            "azureadtoken",
            "baseurl",
            "callbackurl",
            "customllmprovider",
            "defaultheaders",
            "extrabody",
            "extraheaders",
            "extraquery",
            "headers",
            "organization",
            "proxy",
            "webhookurl");

    private RequestReader() {}

    static ParsedRequest read(ObjectNode root) throws ModelFailure {
        String target = MetadataTarget.take(root);
        Fields.count(root, "n");
        Integer maxTokens = Fields.count(root, MAX_TOKENS);
        Integer maxCompletionTokens = Fields.count(root, MAX_COMPLETION_TOKENS);
        ObjectNode streamOptions = streamOptions(root);
        ChatRequest request = new ChatRequest(
                ChatRequest.OPENAI,
                Fields.text(root, "model", Path.ROOT),
                messages(root),
                ToolReader.tools(root),
                ToolReader.choice(root),
                Fields.upTo(2, root, "temperature"),
                Fields.upTo(1, root, "top_p"),
                maxCompletionTokens == null ? maxTokens : maxCompletionTokens,
                stops(root),
                Fields.flag(root, "stream", Path.ROOT),
                streamOptions != null && Fields.flag(streamOptions, INCLUDE_USAGE, Path.ROOT.field(STREAM_OPTIONS)),
                extras(root, streamOptions));
        return new ParsedRequest(request, target);
    }

    private static List<ChatMessage> messages(ObjectNode root) throws ModelFailure {
        Path at = Path.ROOT.field("messages");
        ArrayNode nodes = Fields.array(root, "messages", Path.ROOT);
        if (nodes == null || nodes.isEmpty()) {
            throw Fields.invalid(at, "must be an array of at least one message");
        }
        List<ChatMessage> messages = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            messages.add(MessageReader.read(node, at.at(messages.size())));
        }
        return messages;
    }

    private static List<String> stops(ObjectNode root) throws ModelFailure {
        Path at = Path.ROOT.field("stop");
        JsonNode value = Fields.get(root, "stop");
        if (value == null) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        if (!value.isArray() || value.size() > MAX_STOPS) {
            throw Fields.invalid(at, "must be a string or an array of at most " + MAX_STOPS + " strings");
        }
        List<String> stops = new ArrayList<>(value.size());
        for (JsonNode stop : value) {
            if (!stop.isTextual()) {
                throw Fields.invalid(at.at(stops.size()), "must be a string");
            }
            stops.add(stop.textValue());
        }
        return stops;
    }

    @Nullable
    private static ObjectNode streamOptions(ObjectNode root) throws ModelFailure {
        JsonNode options = Fields.get(root, STREAM_OPTIONS);
        return options == null ? null : Fields.object(options, Path.ROOT.field(STREAM_OPTIONS));
    }

    private static Map<String, JsonNode> extras(ObjectNode root, @Nullable ObjectNode streamOptions) {
        Map<String, JsonNode> extras = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!INTERPRETED.contains(field.getKey()) && !dropped(field.getKey())) {
                extras.put(field.getKey(), field.getValue());
            }
        }
        if (streamOptions != null) {
            streamOptions.remove(INCLUDE_USAGE);
            if (!streamOptions.isEmpty()) {
                extras.put(STREAM_OPTIONS, streamOptions);
            }
        }
        return extras.isEmpty() ? Map.of() : Collections.unmodifiableMap(extras);
    }

    /** However it is spelled: {@code base_url}, {@code baseUrl}, {@code BASE-URL}. */
    private static boolean dropped(String name) {
        return DROPPED.contains(name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT));
    }
}

package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes one request for an OpenAI upstream. Extras go out only where the caller spoke OpenAI too. */
final class RequestWriter {

    /** Written from the canonical fields, whatever the extras hold. */
    private static final Set<String> OURS = Set.of(
            "model",
            "messages",
            "tools",
            "tool_choice",
            "temperature",
            "top_p",
            "stop",
            "stream",
            RequestReader.MAX_TOKENS,
            RequestReader.MAX_COMPLETION_TOKENS,
            RequestReader.STREAM_OPTIONS);

    /** The one uninterpreted field of a tool that stands beside the function and not in it. */
    private static final String CACHE_CONTROL = "cache_control";

    private final JsonGenerator out;
    private final ChatRequest request;
    private final boolean sameDialect;

    RequestWriter(JsonGenerator out, ChatRequest request) {
        this.out = out;
        this.request = request;
        this.sameDialect = request.dialect().equals(ChatRequest.OPENAI);
    }

    void write(String model) throws IOException {
        out.writeStartObject();
        out.writeStringField("model", model);
        out.writeArrayFieldStart("messages");
        for (ChatMessage message : request.messages()) {
            message(message);
        }
        out.writeEndArray();
        tools();
        sampling(model);
        stream();
        if (sameDialect) {
            for (Map.Entry<String, JsonNode> extra : request.extras().entrySet()) {
                if (!OURS.contains(extra.getKey())) {
                    Extras.write(out, extra);
                }
            }
        }
        out.writeEndObject();
    }

    private void message(ChatMessage message) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", message.role().word());
        out.writeFieldName("content");
        content(message);
        if (message.toolCallId() != null) {
            out.writeStringField(MessageReader.TOOL_CALL_ID, message.toolCallId());
        }
        ToolCallJson.writeAll(out, message.toolCalls(), sameDialect);
        extras(message.extras());
        out.writeEndObject();
    }

    private void content(ChatMessage message) throws IOException {
        List<ContentPart> parts = message.content();
        if (parts.isEmpty() && message.role() == Role.ASSISTANT) {
            out.writeNull();
        } else if (parts.size() == 1
                && parts.get(0) instanceof ContentPart.Text text
                && (text.extras().isEmpty() || !sameDialect)) {
            text.content().writeTo(out);
        } else {
            out.writeStartArray();
            for (ContentPart part : parts) {
                part(part);
            }
            out.writeEndArray();
        }
    }

    private void part(ContentPart part) throws IOException {
        if (part instanceof ContentPart.Opaque opaque) {
            if (opaque.dialect().equals(ChatRequest.OPENAI)) {
                out.writeTree(opaque.json());
            }
            return;
        }
        out.writeStartObject();
        if (part instanceof ContentPart.Text text) {
            out.writeStringField("type", "text");
            out.writeFieldName("text");
            text.content().writeTo(out);
            extras(text.extras());
        } else if (part instanceof ContentPart.Image image) {
            out.writeStringField("type", PartReader.IMAGE_URL);
            out.writeObjectFieldStart(PartReader.IMAGE_URL);
            out.writeStringField("url", url(image));
            if (image.detail() != null) {
                out.writeStringField("detail", image.detail());
            }
            out.writeEndObject();
            extras(image.extras());
        }
        out.writeEndObject();
    }

    private static String url(ContentPart.Image image) {
        return image.url() != null ? image.url() : "data:" + image.mediaType() + ";base64," + image.base64();
    }

    private void tools() throws IOException {
        if (!request.tools().isEmpty()) {
            out.writeArrayFieldStart("tools");
            for (ToolDefinition tool : request.tools()) {
                tool(tool);
            }
            out.writeEndArray();
        }
        if (request.toolChoice() != null) {
            out.writeFieldName("tool_choice");
            choice(request.toolChoice());
        }
    }

    private void tool(ToolDefinition tool) throws IOException {
        if (tool.opaque() != null) {
            if (sameDialect) {
                out.writeTree(tool.opaque());
            }
            return;
        }
        out.writeStartObject();
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeStringField("name", tool.name());
        if (tool.description() != null) {
            out.writeStringField("description", tool.description());
        }
        if (tool.parameters() != null) {
            out.writeFieldName("parameters");
            out.writeTree(tool.parameters());
        }
        JsonNode cacheControl = tool.extras().get(CACHE_CONTROL);
        if (sameDialect) {
            for (Map.Entry<String, JsonNode> extra : tool.extras().entrySet()) {
                if (!extra.getKey().equals(CACHE_CONTROL)) {
                    Extras.write(out, extra);
                }
            }
        }
        out.writeEndObject();
        if (sameDialect && cacheControl != null) {
            out.writeFieldName(CACHE_CONTROL);
            out.writeTree(cacheControl);
        }
        out.writeEndObject();
    }

    private void choice(ToolChoice choice) throws IOException {
        if (choice instanceof ToolChoice.Opaque opaque) {
            out.writeTree(opaque.json());
        } else if (choice instanceof ToolChoice.Named named) {
            out.writeStartObject();
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            out.writeStringField("name", named.name());
            out.writeEndObject();
            out.writeEndObject();
        } else if (choice instanceof ToolChoice.Required) {
            out.writeString("required");
        } else {
            out.writeString(choice instanceof ToolChoice.None ? "none" : "auto");
        }
    }

    private void sampling(String model) throws IOException {
        if (request.temperature() != null) {
            out.writeNumberField("temperature", request.temperature());
        }
        if (request.topP() != null) {
            out.writeNumberField("top_p", request.topP());
        }
        if (request.maxTokens() != null) {
            out.writeNumberField(maxTokensName(model), request.maxTokens());
        }
        if (!request.stop().isEmpty()) {
            out.writeArrayFieldStart("stop");
            for (String stop : request.stop()) {
                out.writeString(stop);
            }
            out.writeEndArray();
        }
    }

    /**
     * As the caller spelled it, {@code max_tokens} where that is unknown: most servers know no other name. OpenAI's
     * reasoning models refuse {@code max_tokens} though, and the caller cannot know which model answers.
     */
    private String maxTokensName(String model) {
        boolean newSpelling = sameDialect && request.extras().containsKey(RequestReader.MAX_COMPLETION_TOKENS);
        return newSpelling || isReasoningModel(model) ? RequestReader.MAX_COMPLETION_TOKENS : RequestReader.MAX_TOKENS;
    }

    private static boolean isReasoningModel(String model) {
        if (model.startsWith("gpt-5")) {
            return true;
        }
        return model.length() > 1 && model.charAt(0) == 'o' && "134".indexOf(model.charAt(1)) >= 0;
    }

    private void stream() throws IOException {
        if (!request.stream()) {
            return;
        }
        out.writeBooleanField("stream", true);
        out.writeObjectFieldStart(RequestReader.STREAM_OPTIONS);
        out.writeBooleanField(RequestReader.INCLUDE_USAGE, true);
        JsonNode others = request.extras().get(RequestReader.STREAM_OPTIONS);
        if (sameDialect && others != null) {
            for (Map.Entry<String, JsonNode> option : others.properties()) {
                Extras.write(out, option);
            }
        }
        out.writeEndObject();
    }

    private void extras(Map<String, JsonNode> extras) throws IOException {
        if (sameDialect) {
            Extras.writeAll(out, extras);
        }
    }
}

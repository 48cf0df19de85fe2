package dev.echelon.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.ToolCall;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import dev.echelon.model.AnthropicTurns.Said;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes content blocks: text, images, calls of tools and their results. */
final class AnthropicBlocks {

    private static final String CACHE_CONTROL = "cache_control";

    private final JsonGenerator out;
    private final boolean sameDialect;

    AnthropicBlocks(JsonGenerator out, boolean sameDialect) {
        this.out = out;
        this.sameDialect = sameDialect;
    }

    /**
     * A message's blocks, into the array that is open.
     *
     * @param prefill whether the model is to go on where this message ends: it must not end in white space then
     */
    void write(Said said, boolean prefill) throws IOException {
        if (AnthropicTurns.isResult(said)) {
            result(said);
            return;
        }
        List<ContentPart> parts = said.parts();
        List<ToolCall> calls = said.message().toolCalls();
        for (int i = 0; i < parts.size(); i++) {
            boolean end = prefill && calls.isEmpty() && i == parts.size() - 1;
            part(end && parts.get(i) instanceof ContentPart.Text text ? trimmed(text) : parts.get(i));
        }
        for (ToolCall call : calls) {
            call(call);
        }
    }

    /** A value: a string for one plain text, else an array of blocks. */
    void content(List<ContentPart> parts) throws IOException {
        if (parts.size() == 1
                && parts.get(0) instanceof ContentPart.Text text
                && text.extras().isEmpty()) {
            text.content().writeTo(out);
            return;
        }
        out.writeStartArray();
        for (ContentPart part : parts) {
            part(part);
        }
        out.writeEndArray();
    }

    private static ContentPart.Text trimmed(ContentPart.Text text) {
        return new ContentPart.Text(text.text().stripTrailing(), text.extras());
    }

    private void part(ContentPart part) throws IOException {
        if (part instanceof ContentPart.Opaque opaque) {
            out.writeTree(opaque.json());
            return;
        }
        out.writeStartObject();
        if (part instanceof ContentPart.Text text) {
            out.writeStringField("type", "text");
            out.writeFieldName("text");
            text.content().writeTo(out);
            extras(text.extras());
        } else if (part instanceof ContentPart.Image image) {
            out.writeStringField("type", "image");
            source(image);
            extras(image.extras());
        }
        out.writeEndObject();
    }

    private void source(ContentPart.Image image) throws IOException {
        out.writeObjectFieldStart("source");
        if (image.url() != null) {
            out.writeStringField("type", "url");
            out.writeStringField("url", image.url());
        } else {
            out.writeStringField("type", "base64");
            out.writeStringField("media_type", AnthropicTurns.mediaType(image));
            out.writeStringField("data", image.base64());
        }
        out.writeEndObject();
    }

    private void call(ToolCall call) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "tool_use");
        out.writeStringField("id", id(call.id()));
        out.writeStringField("name", call.name());
        out.writeFieldName("input");
        out.writeTree(input(call.arguments()));
        extras(call.extras());
        out.writeEndObject();
    }

    /** The arguments are a model's words and may be anything; the API takes an object. */
    private static JsonNode input(String arguments) {
        try {
            return Json.readObject(arguments);
        } catch (JsonFault e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private void result(Said said) throws IOException {
        String callId = said.message().toolCallId();
        out.writeStartObject();
        out.writeStringField("type", "tool_result");
        out.writeStringField("tool_use_id", id(callId == null ? "" : callId));
        if (!said.parts().isEmpty()) {
            out.writeFieldName("content");
            content(said.parts());
        }
        extras(said.message().extras());
        out.writeEndObject();
    }

    /** Another provider's id may have characters that are refused here; the call and its result are changed alike. */
    private static String id(String id) {
        StringBuilder safe = null;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!fine && c != '_' && c != '-') {
                safe = safe == null ? new StringBuilder(id) : safe;
                safe.setCharAt(i, '_');
            }
        }
        return safe == null ? id : safe.toString();
    }

    private void extras(Map<String, JsonNode> extras) throws IOException {
        extras(out, extras, sameDialect);
    }

    /** Fields beside a block or a tool: all of a caller that speaks Anthropic, of another the cache's marker only. */
    static void extras(JsonGenerator out, Map<String, JsonNode> extras, boolean sameDialect) throws IOException {
        for (Map.Entry<String, JsonNode> extra : extras.entrySet()) {
            if (sameDialect
                    || (extra.getKey().equals(CACHE_CONTROL) && extra.getValue().isObject())) {
                extra(out, extra);
            }
        }
    }

    static void extra(JsonGenerator out, Map.Entry<String, JsonNode> extra) throws IOException {
        out.writeFieldName(extra.getKey());
        out.writeTree(extra.getValue());
    }
}

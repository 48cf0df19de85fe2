package dev.echelon.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.json.Json;
import dev.echelon.model.AnthropicTurns.Said;
import dev.echelon.model.AnthropicTurns.Turn;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes one request for Anthropic's messages API. Extras of a caller that speaks Anthropic go out as they are; of an
 * OpenAI caller only {@code user}, {@code parallel_tool_calls} and {@code cache_control} have an equivalent.
 */
final class AnthropicRequestWriter {

    /** The API demands a ceiling; this one is for callers and echelons that give none. */
    static final int DEFAULT_MAX_TOKENS = 4096;

    /** Written from the canonical fields, whatever the extras hold. */
    private static final Set<String> OURS = Set.of(
            "model",
            "max_tokens",
            "system",
            "messages",
            "tools",
            "tool_choice",
            "temperature",
            "top_p",
            "stop_sequences",
            "stream");

    private final JsonGenerator out;
    private final ChatRequest request;
    private final boolean sameDialect;
    private final AnthropicBlocks blocks;

    private AnthropicRequestWriter(JsonGenerator out, ChatRequest request) {
        this.out = out;
        this.request = request;
        this.sameDialect = request.dialect().equals(ChatRequest.ANTHROPIC);
        this.blocks = new AnthropicBlocks(out, sameDialect);
    }

    static byte[] write(ChatRequest request, String model) {
        return Json.write(out -> new AnthropicRequestWriter(out, request).write(model));
    }

    private void write(String model) throws IOException {
        AnthropicTurns conversation = AnthropicTurns.of(request);
        out.writeStartObject();
        out.writeStringField("model", model);
        out.writeNumberField("max_tokens", request.maxTokens() == null ? DEFAULT_MAX_TOKENS : request.maxTokens());
        system(conversation.system());
        out.writeArrayFieldStart("messages");
        List<Turn> turns = conversation.turns();
        for (int i = 0; i < turns.size(); i++) {
            turn(turns.get(i), i == turns.size() - 1);
        }
        out.writeEndArray();
        new AnthropicTools(out, request).write();
        sampling();
        if (request.stream()) {
            out.writeBooleanField("stream", true);
        }
        extras();
        out.writeEndObject();
    }

    private void system(List<ContentPart> parts) throws IOException {
        if (parts.isEmpty()) {
            return;
        }
        out.writeFieldName("system");
        blocks.content(parts);
    }

    private void turn(Turn turn, boolean last) throws IOException {
        out.writeStartObject();
        out.writeStringField("role", turn.assistant() ? "assistant" : "user");
        out.writeArrayFieldStart("content");
        List<Said> messages = turn.messages();
        for (int i = 0; i < messages.size(); i++) {
            boolean prefill = last && turn.assistant() && i == messages.size() - 1;
            blocks.write(messages.get(i), prefill);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void sampling() throws IOException {
        if (request.temperature() != null) {
            out.writeNumberField("temperature", Math.min(1, request.temperature()));
        }
        // the current models refuse both at once; a translated request may have one of them from an echelon's defaults
        if (request.topP() != null && (sameDialect || request.temperature() == null)) {
            out.writeNumberField("top_p", request.topP());
        }
        List<String> stops =
                request.stop().stream().filter(stop -> !stop.isBlank()).toList();
        if (!stops.isEmpty()) {
            out.writeArrayFieldStart("stop_sequences");
            for (String stop : stops) {
                out.writeString(stop);
            }
            out.writeEndArray();
        }
    }

    private void extras() throws IOException {
        if (sameDialect) {
            for (Map.Entry<String, JsonNode> extra : request.extras().entrySet()) {
                if (!OURS.contains(extra.getKey())) {
                    AnthropicBlocks.extra(out, extra);
                }
            }
            return;
        }
        JsonNode user = request.extras().get("user");
        if (user != null && user.isTextual()) {
            out.writeObjectFieldStart("metadata");
            out.writeStringField("user_id", user.textValue());
            out.writeEndObject();
        }
    }
}

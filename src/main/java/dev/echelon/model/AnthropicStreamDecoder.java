package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatChunk.Delta;
import dev.echelon.domain.ChatChunk.ToolCallDelta;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Usage;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the events of the messages API into chunks: the role first, then text, reasoning and calls of tools as they come,
 * the finish reason, and the usage last. Blocks are numbered over all kinds there, calls of tools among themselves here.
 */
final class AnthropicStreamDecoder implements StreamDecoder {

    private final Classifier classifier;
    private final long created;
    private final ObjectNode usage = JsonNodeFactory.instance.objectNode();
    /** No model calls so many tools at the same time. */
    private static final int MOST_OPEN = 1_000;

    private final Map<Integer, Call> openCalls = new HashMap<>();

    private String id = "";
    private String model = "";
    private int calls;
    private boolean started;
    private boolean stopped;
    private boolean finished;
    private int skipped;

    /** A call of a tool that is being streamed. */
    private static final class Call {
        final int position;
        /** What the block began with; it counts only where nothing follows. */
        final String initial;

        boolean hasArguments;

        Call(int position, String initial) {
            this.position = position;
            this.initial = initial;
        }
    }

    /** @param created seconds since the epoch, for every chunk */
    AnthropicStreamDecoder(Classifier classifier, long created) {
        this.classifier = classifier;
        this.created = created;
    }

    @Override
    public void event(String event, String data, Consumer<ChatChunk> out) throws ModelFailure {
        if (finished) {
            return;
        }
        ObjectNode root;
        try {
            root = Json.readObject(data);
        } catch (JsonFault e) {
            skipped++;
            return;
        }
        switch (root.path("type").asText(event)) {
            case "error" -> throw classifier.ofEvent(root);
            case "message_start" -> messageStart(root.path("message"), out);
            case "content_block_start" -> blockStart(root, out);
            case "content_block_delta" -> blockDelta(root, out);
            case "content_block_stop" -> blockStop(root, out);
            case "message_delta" -> messageDelta(root, out);
            case "message_stop" -> messageStop(out);
            default -> {
                // ping, and whatever the API learns to say
            }
        }
    }

    private void messageStart(JsonNode message, Consumer<ChatChunk> out) {
        id = message.path("id").asText("");
        model = message.path("model").asText("");
        AnthropicUsage.merge(usage, message.path("usage"));
        start(out);
    }

    /** Also where the first event was lost: the caller's first chunk has the role. */
    private void start(Consumer<ChatChunk> out) {
        if (!started) {
            started = true;
            emit(new Delta(0, "assistant", "", List.of(), null, Map.of(), Map.of()), out);
        }
    }

    private void blockStart(ObjectNode root, Consumer<ChatChunk> out) {
        JsonNode block = root.path("content_block");
        switch (block.path("type").asText("")) {
            case "text" -> text(block.path("text").asText(""), out);
            case "thinking" -> extra(AnthropicAnswer.REASONING, block.path("thinking"), out);
            case "tool_use" -> callStart(root, block, out);
            default -> {
                // blocks of the provider's own tools: their text comes in text blocks
            }
        }
    }

    private void callStart(ObjectNode root, JsonNode block, Consumer<ChatChunk> out) {
        String callId = block.path("id").textValue();
        String name = block.path("name").textValue();
        if (callId == null || name == null || openCalls.size() >= MOST_OPEN) {
            skipped++;
            return;
        }
        Call call = new Call(calls++, AnthropicAnswer.arguments(block.get("input")));
        openCalls.put(root.path("index").asInt(), call);
        call(new ToolCallDelta(call.position, callId, name, ""), out);
    }

    private void blockDelta(ObjectNode root, Consumer<ChatChunk> out) {
        JsonNode delta = root.path("delta");
        switch (delta.path("type").asText("")) {
            case "text_delta" -> text(delta.path("text").textValue(), out);
            case "thinking_delta" -> extra(AnthropicAnswer.REASONING, delta.path("thinking"), out);
            case "signature_delta" -> extra("signature", delta.path("signature"), out);
            case "input_json_delta" ->
                arguments(root.path("index").asInt(), delta.path("partial_json").textValue(), out);
            default -> {
                // citations and the like
            }
        }
    }

    private void arguments(int block, @Nullable String piece, Consumer<ChatChunk> out) {
        Call call = openCalls.get(block);
        if (call == null || piece == null) {
            skipped++;
        } else if (!piece.isEmpty()) {
            call.hasArguments = true;
            call(new ToolCallDelta(call.position, null, null, piece), out);
        }
    }

    /** A call without arguments streams none, but its text has to be a JSON object. */
    private void blockStop(ObjectNode root, Consumer<ChatChunk> out) {
        Call call = openCalls.remove(root.path("index").asInt());
        if (call != null && !call.hasArguments) {
            call(new ToolCallDelta(call.position, null, null, call.initial), out);
        }
    }

    private void messageDelta(ObjectNode root, Consumer<ChatChunk> out) {
        AnthropicUsage.merge(usage, root.path("usage"));
        String reason = AnthropicAnswer.finishReason(
                root.path("delta").path("stop_reason").textValue());
        if (reason != null && !stopped) {
            stop(reason, out);
        }
    }

    private void messageStop(Consumer<ChatChunk> out) {
        if (!stopped) {
            stop("stop", out);
        }
        finished = true;
        if (!usage.isEmpty()) {
            Usage counted = AnthropicUsage.read(usage);
            out.accept(new ChatChunk(id, model, created, List.of(), counted, ChatRequest.ANTHROPIC, Map.of()));
        }
    }

    private void stop(String reason, Consumer<ChatChunk> out) {
        stopped = true;
        start(out);
        emit(new Delta(0, null, null, List.of(), reason, Map.of(), Map.of()), out);
    }

    private void text(@Nullable String text, Consumer<ChatChunk> out) {
        if (text == null) {
            skipped++;
        } else if (!text.isEmpty()) {
            start(out);
            emit(new Delta(0, null, text, List.of(), null, Map.of(), Map.of()), out);
        }
    }

    private void extra(String name, JsonNode text, Consumer<ChatChunk> out) {
        if (!text.isTextual()) {
            skipped++;
        } else if (!text.textValue().isEmpty()) {
            start(out);
            emit(new Delta(0, null, null, List.of(), null, Map.of(name, text), Map.of()), out);
        }
    }

    private void call(ToolCallDelta call, Consumer<ChatChunk> out) {
        start(out);
        emit(new Delta(0, null, null, List.of(call), null, Map.of(), Map.of()), out);
    }

    private void emit(Delta delta, Consumer<ChatChunk> out) {
        out.accept(new ChatChunk(id, model, created, List.of(delta), null, ChatRequest.ANTHROPIC, Map.of()));
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public int skipped() {
        return skipped;
    }
}

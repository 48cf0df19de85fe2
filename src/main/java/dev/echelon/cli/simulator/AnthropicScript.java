package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.cli.simulator.SimulatedPrompt.BadPromptException;
import dev.echelon.cli.simulator.SimulatedPrompt.Tool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Anthropic's messages. */
final class AnthropicScript implements Script {

    @Override
    public SimulatedPrompt read(JsonNode body) throws BadPromptException {
        String model = body.path("model").asText("");
        if (model.isEmpty()) {
            throw new BadPromptException("model: Field required");
        }
        if (!body.path("max_tokens").isIntegralNumber()) {
            throw new BadPromptException("max_tokens: Field required");
        }
        JsonNode messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw new BadPromptException("messages: at least one message is required");
        }
        JsonNode last = messages.get(messages.size() - 1);
        String role = last.path("role").asText("");
        if (!role.equals("user") && !role.equals("assistant")) {
            throw new BadPromptException("messages: a role is either 'user' or 'assistant'");
        }
        String toolResult = toolResult(last.path("content"));
        return new SimulatedPrompt(
                model,
                Json.lastUserText(messages),
                toolResult,
                role.equals("user") && toolResult == null ? tool(body) : null,
                body.path("stream").asBoolean(false),
                true,
                Json.words(messages) + Words.count(Json.text(body.path("system"))));
    }

    private static @Nullable String toolResult(JsonNode content) {
        String result = null;
        for (JsonNode block : content) {
            if (block.path("type").asText().equals("tool_result")) {
                result = Json.text(block.path("content"));
            }
        }
        return result;
    }

    private static @Nullable Tool tool(JsonNode body) {
        JsonNode choice = body.path("tool_choice");
        if (choice.path("type").asText("").equals("none")) {
            return null;
        }
        String wanted = choice.path("name").asText("");
        for (JsonNode tool : body.path("tools")) {
            String name = tool.path("name").asText("");
            if (!name.isEmpty() && (wanted.isEmpty() || wanted.equals(name))) {
                return new Tool(name, tool.path("input_schema"));
            }
        }
        return null;
    }

    @Override
    public ObjectNode plain(SimulatedAnswer answer, Stamp stamp) {
        ObjectNode body = message(answer, stamp);
        SimulatedAnswer.Call call = answer.call();
        if (call == null) {
            body.withArray("content").addObject().put("type", "text").put("text", answer.text());
        } else {
            body.withArray("content").add(toolUse(call, stamp).set("input", call.input()));
        }
        return body.put("stop_reason", stopReason(answer))
                .putNull("stop_sequence")
                .set("usage", usage(answer, answer.completionTokens()));
    }

    @Override
    public List<String> frames(SimulatedAnswer answer, Stamp stamp, boolean usageWanted) {
        Frames frames = new Frames();
        ObjectNode message = message(answer, stamp).putNull("stop_reason").putNull("stop_sequence");
        message.set("usage", usage(answer, 1));
        frames.lead(Frames.named(event("message_start").set("message", message)));
        SimulatedAnswer.Call call = answer.call();
        ObjectNode block = call == null
                ? Json.object().put("type", "text").put("text", "")
                : toolUse(call, stamp).set("input", Json.object());
        frames.lead(Frames.named(event("content_block_start").put("index", 0).set("content_block", block)));
        frames.lead(Frames.named(event("ping")));
        ObjectNode step = event("content_block_delta").put("index", 0);
        ObjectNode delta = step.putObject("delta").put("type", call == null ? "text_delta" : "input_json_delta");
        String field = call == null ? "text" : "partial_json";
        for (String piece : call == null ? answer.tokens() : call.fragments()) {
            delta.put(field, piece);
            frames.token(Frames.named(step));
        }
        frames.lead(Frames.named(event("content_block_stop").put("index", 0)));
        ObjectNode end = event("message_delta");
        end.putObject("delta").put("stop_reason", stopReason(answer)).putNull("stop_sequence");
        end.putObject("usage").put("output_tokens", answer.completionTokens());
        frames.lead(Frames.named(end));
        frames.lead(Frames.named(event("message_stop")));
        return frames.close();
    }

    @Override
    public ObjectNode error(Refusal refusal, String message) {
        ObjectNode body = Json.object().put("type", "error");
        body.putObject("error").put("type", refusal.anthropicType()).put("message", message);
        return body;
    }

    @Override
    public ObjectNode models() {
        ObjectNode body = Json.object();
        var data = body.putArray("data");
        MODELS.forEach(id -> data.add(model(id)));
        return body.put("has_more", false).put("first_id", MODELS.get(0)).put("last_id", MODELS.get(MODELS.size() - 1));
    }

    @Override
    public ObjectNode model(String id) {
        return Json.object()
                .put("type", "model")
                .put("id", id)
                .put("display_name", id + " (simulated)")
                .put("created_at", "1970-01-01T00:00:00Z");
    }

    private static ObjectNode event(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode message(SimulatedAnswer answer, Stamp stamp) {
        ObjectNode message = Json.object()
                .put("id", "msg_sim_" + stamp.number())
                .put("type", "message")
                .put("role", "assistant")
                .put("model", answer.model());
        message.putArray("content");
        return message;
    }

    private static ObjectNode toolUse(SimulatedAnswer.Call call, Stamp stamp) {
        return Json.object()
                .put("type", "tool_use")
                .put("id", "toolu_sim_" + stamp.number())
                .put("name", call.name());
    }

    private static String stopReason(SimulatedAnswer answer) {
        return answer.call() == null ? "end_turn" : "tool_use";
    }

    private static ObjectNode usage(SimulatedAnswer answer, int outputTokens) {
        return Json.object().put("input_tokens", answer.promptTokens()).put("output_tokens", outputTokens);
    }
}

package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.cli.simulator.SimulatedPrompt.BadPromptException;
import dev.echelon.cli.simulator.SimulatedPrompt.Tool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions. */
final class OpenAiScript implements Script {

    private static final String DONE = "data: [DONE]\n\n";

    @Override
    public SimulatedPrompt read(JsonNode body) throws BadPromptException {
        String model = body.path("model").asText("");
        if (model.isEmpty()) {
            throw new BadPromptException("you must provide a model parameter");
        }
        JsonNode messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw new BadPromptException("'messages' must be a list of at least one message");
        }
        JsonNode last = messages.get(messages.size() - 1);
        String role = last.path("role").asText("");
        if (role.isEmpty()) {
            throw new BadPromptException("a message of 'messages' has no 'role'");
        }
        return new SimulatedPrompt(
                model,
                Json.lastUserText(messages),
                role.equals("tool") ? Json.text(last.path("content")) : null,
                role.equals("user") ? tool(body) : null,
                body.path("stream").asBoolean(false),
                body.path("stream_options").path("include_usage").asBoolean(false),
                Json.words(messages));
    }

    private static @Nullable Tool tool(JsonNode body) {
        JsonNode choice = body.path("tool_choice");
        if (choice.asText("").equals("none")) {
            return null;
        }
        String wanted = choice.path("function").path("name").asText("");
        for (JsonNode tool : body.path("tools")) {
            JsonNode function = tool.path("function");
            String name = function.path("name").asText("");
            if (!name.isEmpty() && (wanted.isEmpty() || wanted.equals(name))) {
                return new Tool(name, function.path("parameters"));
            }
        }
        return null;
    }

    @Override
    public ObjectNode plain(SimulatedAnswer answer, Stamp stamp) {
        ObjectNode body = head("chat.completion", answer, stamp);
        ObjectNode choice = body.putArray("choices").addObject();
        ObjectNode message = choice.put("index", 0).putObject("message").put("role", "assistant");
        SimulatedAnswer.Call call = answer.call();
        if (call == null) {
            message.put("content", answer.text());
        } else {
            message.putNull("content");
            toolCall(message.putArray("tool_calls").addObject(), call, stamp).put("arguments", call.arguments());
        }
        message.putNull("refusal");
        choice.putNull("logprobs").put("finish_reason", finishReason(answer));
        body.set("usage", usage(answer));
        return body;
    }

    @Override
    public List<String> frames(SimulatedAnswer answer, Stamp stamp, boolean usageWanted) {
        Frames frames = new Frames();
        ObjectNode chunk = head("chat.completion.chunk", answer, stamp);
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        ObjectNode delta = choice.putObject("delta").put("role", "assistant");
        choice.putNull("logprobs").putNull("finish_reason");
        if (usageWanted) {
            chunk.putNull("usage");
        }
        SimulatedAnswer.Call call = answer.call();
        if (call == null) {
            frames.lead(Frames.data(withContent(chunk, delta, "")));
            delta.removeAll();
            answer.tokens().forEach(token -> frames.token(Frames.data(withContent(chunk, delta, token))));
        } else {
            delta.putNull("content");
            ObjectNode first = delta.putArray("tool_calls").addObject().put("index", 0);
            toolCall(first, call, stamp).put("arguments", "");
            frames.lead(Frames.data(chunk));
            call.fragments().forEach(fragment -> {
                delta.removeAll();
                delta.putArray("tool_calls")
                        .addObject()
                        .put("index", 0)
                        .putObject("function")
                        .put("arguments", fragment);
                frames.token(Frames.data(chunk));
            });
        }
        delta.removeAll();
        choice.put("finish_reason", finishReason(answer));
        frames.lead(Frames.data(chunk));
        if (usageWanted) {
            chunk.putArray("choices");
            chunk.set("usage", usage(answer));
            frames.lead(Frames.data(chunk));
        }
        frames.lead(DONE);
        return frames.close();
    }

    private static ObjectNode withContent(ObjectNode chunk, ObjectNode delta, String content) {
        delta.put("content", content);
        return chunk;
    }

    @Override
    public ObjectNode error(Refusal refusal, String message) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", message)
                .put("type", refusal.openAiType())
                .putNull("param")
                .put("code", refusal.openAiCode());
        return body;
    }

    @Override
    public ObjectNode models() {
        ObjectNode body = Json.object().put("object", "list");
        var data = body.putArray("data");
        MODELS.forEach(id -> data.add(model(id)));
        return body;
    }

    @Override
    public ObjectNode model(String id) {
        return Json.object()
                .put("id", id)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "simulator");
    }

    private static ObjectNode head(String object, SimulatedAnswer answer, Stamp stamp) {
        return Json.object()
                .put("id", "chatcmpl-sim-" + stamp.number())
                .put("object", object)
                .put("created", stamp.epochSecond())
                .put("model", answer.model())
                .put("system_fingerprint", "simulated");
    }

    /** Describes the call and gives its {@code function}, still without arguments. */
    private static ObjectNode toolCall(ObjectNode entry, SimulatedAnswer.Call call, Stamp stamp) {
        return entry.put("id", "call_sim_" + stamp.number())
                .put("type", "function")
                .putObject("function")
                .put("name", call.name());
    }

    private static String finishReason(SimulatedAnswer answer) {
        return answer.call() == null ? "stop" : "tool_calls";
    }

    private static ObjectNode usage(SimulatedAnswer answer) {
        return Json.object()
                .put("prompt_tokens", answer.promptTokens())
                .put("completion_tokens", answer.completionTokens())
                .put("total_tokens", answer.promptTokens() + answer.completionTokens());
    }
}

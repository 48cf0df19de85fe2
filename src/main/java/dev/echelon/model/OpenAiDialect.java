package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Secret;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import dev.echelon.domain.json.RequestJson;
import dev.echelon.domain.json.ResponseJson;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions, which most other servers speak as well. */
public final class OpenAiDialect implements Dialect {

    private static final String PATH = "/chat/completions";
    private static final String MODELS_PATH = "/models";

    private final Classifier classifier;

    /** @param clock the wall clock, for dates in {@code retry-after} */
    public OpenAiDialect(Clock clock) {
        this.classifier = new Classifier(clock);
    }

    @Override
    public String name() {
        return ChatRequest.OPENAI;
    }

    @Override
    public boolean supports(ChatRequest request) {
        if (request.dialect().equals(ChatRequest.OPENAI)) {
            return true;
        }
        if (request.toolChoice() instanceof ToolChoice.Opaque) {
            return false;
        }
        for (ToolDefinition tool : request.tools()) {
            if (tool.opaque() != null) {
                return false;
            }
        }
        for (ChatMessage message : request.messages()) {
            for (ContentPart part : message.content()) {
                if (!supports(part, message.role())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Images belong to users here; a tool answers in text. */
    private static boolean supports(ContentPart part, Role role) {
        if (part instanceof ContentPart.Image) {
            return role == Role.USER;
        }
        return !(part instanceof ContentPart.Opaque opaque) || opaque.dialect().equals(ChatRequest.OPENAI);
    }

    @Override
    public Head head(Secret key, boolean stream) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("content-type", "application/json"));
        addHeaders(headers, stream ? "text/event-stream" : "application/json", key);
        return new Head(PATH, List.copyOf(headers));
    }

    @Override
    public byte[] render(ChatRequest request, String model) {
        return RequestJson.write(request, model);
    }

    @Override
    public Head probe(Secret key) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        addHeaders(headers, "application/json", key);
        return new Head(MODELS_PATH, List.copyOf(headers));
    }

    private static void addHeaders(List<Map.Entry<String, String>> headers, String accept, Secret key) {
        headers.add(Map.entry("accept", accept));
        headers.add(Map.entry("accept-encoding", "identity"));
        if (!key.isEmpty()) {
            headers.add(Map.entry("authorization", "Bearer " + key.reveal()));
        }
    }

    @Override
    public ChatResponse parse(byte[] body) throws ModelFailure {
        ObjectNode root;
        try {
            root = Json.readObjectLeniently(body);
        } catch (JsonFault e) {
            throw ModelFailure.of(FailureKind.BAD_RESPONSE, "the answer of the model's provider " + e.reason());
        }
        JsonNode error = root.get("error");
        if (error != null && !error.isNull()) {
            throw classifier.ofBody(root);
        }
        return ResponseJson.read(root);
    }

    @Override
    public StreamDecoder newStreamDecoder() {
        return new OpenAiStreamDecoder(classifier);
    }

    @Override
    public ModelFailure classify(int status, Function<String, @Nullable String> header, byte[] body) {
        return classifier.ofAnswer(status, header, body);
    }
}

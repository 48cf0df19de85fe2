package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Secret;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Anthropic's messages API, version 2023-06-01. */
public final class AnthropicDialect implements Dialect {

    private static final String PATH = "/v1/messages";
    private static final String MODELS_PATH = "/v1/models";
    private static final String VERSION = "2023-06-01";

    private final Clock clock;
    private final Classifier classifier;

    /** @param clock the wall clock, for dates in {@code retry-after} and for {@code created}, which this API lacks */
    public AnthropicDialect(Clock clock) {
        this.clock = clock;
        this.classifier = new Classifier(clock);
    }

    @Override
    public String name() {
        return ChatRequest.ANTHROPIC;
    }

    @Override
    public boolean supports(ChatRequest request) {
        return AnthropicSupport.supports(request);
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
        return AnthropicRequestWriter.write(request, model);
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
        headers.add(Map.entry("anthropic-version", VERSION));
        if (!key.isEmpty()) {
            headers.add(Map.entry("x-api-key", key.reveal()));
        }
    }

    @Override
    public ChatResponse parse(byte[] body) throws ModelFailure {
        ObjectNode root;
        try {
            root = Json.readObjectLeniently(body);
        } catch (JsonFault e) {
            throw AnthropicAnswer.bad("it " + e.reason());
        }
        JsonNode error = root.get("error");
        if (error != null && !error.isNull()) {
            throw classifier.ofBody(root);
        }
        return AnthropicAnswer.read(root, now());
    }

    @Override
    public StreamDecoder newStreamDecoder() {
        return new AnthropicStreamDecoder(classifier, now());
    }

    @Override
    public ModelFailure classify(int status, Function<String, @Nullable String> header, byte[] body) {
        return classifier.ofAnswer(status, header, body);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}

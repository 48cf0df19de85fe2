package dev.echelon.component;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.ParsedRequest;
import dev.echelon.domain.json.RequestJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.TypeConverter;
import org.jspecify.annotations.Nullable;

/** What may stand in the body of a message to {@code llm:}: a request, its JSON, a map of it, or a plain text prompt. */
final class Prompts {

    private static final JsonMapper MAPS = JsonMapper.builder().build();

    private Prompts() {}

    static ParsedRequest read(@Nullable Object body, TypeConverter converter) throws ModelFailure {
        if (body instanceof ParsedRequest parsed) {
            return parsed;
        }
        if (body instanceof ChatRequest request) {
            return new ParsedRequest(request, null);
        }
        if (body instanceof Map<?, ?> map) {
            return RequestJson.read(Json.write(MAPS.<JsonNode>valueToTree(map)));
        }
        byte[] bytes = body instanceof byte[] raw ? raw : converter.tryConvertTo(byte[].class, body);
        if (bytes == null || bytes.length == 0) {
            throw ModelFailure.of(FailureKind.INVALID_REQUEST, "the message has no body to send to a model");
        }
        return looksLikeJson(bytes)
                ? RequestJson.read(bytes)
                : new ParsedRequest(ChatRequest.ofText(new String(bytes, StandardCharsets.UTF_8)), null);
    }

    private static boolean looksLikeJson(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '{';
            }
        }
        return false;
    }
}

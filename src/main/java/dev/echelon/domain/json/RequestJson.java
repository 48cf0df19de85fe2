package dev.echelon.domain.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;

/**
 * A chat-completions request: {@link #read} takes a caller's, {@link #write} makes an upstream's.
 *
 * <p>Fields we do not interpret travel in {@link ChatRequest#extras}. Fields that would let a caller choose where a
 * request goes, or with whose credentials ({@code base_url}, {@code api_key}, ...), are dropped. {@code max_tokens} or
 * {@code max_completion_tokens} stays in the extras too, only to remember how the caller spelled it; the value that
 * counts is {@link ChatRequest#maxTokens}.
 */
public final class RequestJson {

    private RequestJson() {}

    /**
     * Reads and validates.
     *
     * @throws ModelFailure {@code INVALID_REQUEST} with status 400, with the path of the offending field as its param
     */
    public static ParsedRequest read(byte[] body) throws ModelFailure {
        try {
            return RequestReader.read(Json.readObject(body));
        } catch (JsonFault e) {
            throw ModelFailure.of(FailureKind.INVALID_REQUEST, "the request body " + e.reason());
        }
    }

    /** As {@link #read(byte[])}; takes the tree over: the caller must not use it again. */
    public static ParsedRequest read(ObjectNode body) throws ModelFailure {
        return RequestReader.read(body);
    }

    /**
     * Writes for an upstream that speaks OpenAI. A stream always asks for its usage: we count it even where the caller
     * does not want to see it.
     *
     * @param model instead of the caller's
     */
    public static byte[] write(ChatRequest request, String model) {
        return Json.write(out -> new RequestWriter(out, request).write(model));
    }
}

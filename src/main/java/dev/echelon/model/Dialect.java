package dev.echelon.model;

import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Secret;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a provider wants to be spoken to. Stateless and thread-safe; everything it reads from an upstream is hostile, and
 * no text of an upstream ends up in a failure's message.
 */
public interface Dialect {

    /** The name in provider files: {@code openai}. */
    String name();

    /** Whether every part of the request can be said in this dialect; an instance that cannot is passed over. */
    boolean supports(ChatRequest request);

    /**
     * What stands before the body of a request, whatever it asks.
     *
     * @param key the credential, the echelon's or the provider's
     * @param stream whether events are wanted
     */
    Head head(Secret key, boolean stream);

    /**
     * Writes the body of the request for one attempt.
     *
     * @param model the model of the instance, not what the caller asked for
     */
    byte[] render(ChatRequest request, String model);

    /**
     * Reads a plain 2xx answer.
     *
     * @throws ModelFailure {@code BAD_RESPONSE} when it is no answer; another kind when it is an error in a 200
     */
    ChatResponse parse(byte[] body) throws ModelFailure;

    /** A decoder for one stream. */
    StreamDecoder newStreamDecoder();

    /**
     * What a non-2xx answer means.
     *
     * @param header looks a response header up by lower-case name
     * @param body the (possibly cut) body, any bytes
     */
    ModelFailure classify(int status, Function<String, @Nullable String> header, byte[] body);

    /** The cheapest question there is, which costs no tokens: a {@code GET} of the list of models, without a body. */
    Head probe(Secret key);

    /**
     * Whether a provider that answers its probe with this status is there. A refusal is an answer as well: what it means
     * for prompts, they will find out.
     */
    default boolean isAlive(int status) {
        return status < 500;
    }

    /**
     * Where a request goes and what is said with it.
     *
     * @param path below the provider's base URL, with its leading slash: {@code /chat/completions}
     * @param headers in order, the credential among them; content-length and host are the transport's
     */
    record Head(String path, List<Map.Entry<String, String>> headers) {

        @Override
        public String toString() {
            return "Head[" + path + "]";
        }
    }
}

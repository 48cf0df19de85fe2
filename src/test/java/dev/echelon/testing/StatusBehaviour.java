package dev.echelon.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer with a status.
 *
 * @param code error code and type of the dialect's error body
 * @param body instead of the dialect's error body; {@code null} for that
 */
public record StatusBehaviour(int status, Map<String, String> headers, String code, String body) implements Behaviour {

    /** Is in every error body, so that a test can see whether an upstream's text got through. */
    public static final String CANARY = "text-of-the-upstream";

    static StatusBehaviour of(int status) {
        return new StatusBehaviour(status, Map.of("content-type", "application/json"), "fake_error", null);
    }

    public StatusBehaviour header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new StatusBehaviour(status, more, code, body);
    }

    /** With an error body of the dialect that carries this code: {@code insufficient_quota}. */
    public StatusBehaviour code(String newCode) {
        return new StatusBehaviour(status, headers, newCode, null);
    }

    /** With this body instead of an error. */
    public StatusBehaviour body(String contentType, String newBody) {
        return new StatusBehaviour(status, headers, code, newBody).header("content-type", contentType);
    }

    @Override
    public void answer(FakeCall call) {
        String text = body == null ? WireFormat.of(call.seen()).error(code, CANARY) : body;
        call.respond(status, headers, text.getBytes(StandardCharsets.UTF_8));
    }
}

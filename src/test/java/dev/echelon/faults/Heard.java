package dev.echelon.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What a caller heard.
 *
 * @param events of a stream; empty when none came
 * @param closed whether the gateway closed the connection after a stream
 */
record Heard(Answer head, String body, List<String> events, boolean closed, Duration took) {

    private static final String CHAT = "/v1/chat/completions";

    /** Asks a case's group, under the request id. */
    static Heard of(int port, Case one, String id) throws IOException {
        String body = ApiClient.body(one.group(), one.form() == Form.STREAMED ? ",\"stream\":true" : "");
        long before = System.nanoTime();
        try (RawHttp connection = RawHttp.to(port)) {
            connection.send(RawHttp.post(
                    CHAT,
                    body,
                    "x-request-id: " + id,
                    "x-request-timeout-ms: " + one.row().deadline().toMillis()));
            if (one.form() == Form.PLAIN) {
                return whole(connection.answer(), before);
            }
            Answer head = connection.head();
            if (!Objects.requireNonNullElse(head.header("content-type"), "").startsWith("text/event-stream")) {
                return whole(connection.rest(head), before);
            }
            List<String> events = connection.events();
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            boolean interrupted =
                    !events.isEmpty() && !events.get(events.size() - 1).equals("[DONE]");
            return new Heard(head, String.join("\n", events), events, interrupted && connection.closedByServer(), took);
        }
    }

    private static Heard whole(Answer answer, long before) {
        return new Heard(answer, answer.body(), List.of(), false, Duration.ofNanos(System.nanoTime() - before));
    }

    int status() {
        return head.status();
    }

    String header(String name) {
        return head.header(name);
    }

    boolean isStream() {
        return !events.isEmpty();
    }

    /** The text of an answer, whichever way it came. */
    String text() {
        if (!isStream()) {
            return ApiClient.json(body).at("/choices/0/message/content").asText();
        }
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            if (!event.equals("[DONE]")) {
                text.append(ApiClient.json(event).at("/choices/0/delta/content").asText(""));
            }
        }
        return text.toString();
    }

    /** The error of a plain answer, or the one that ends a stream. */
    JsonNode error() {
        return ApiClient.json(isStream() ? events.get(events.size() - 1) : body).path("error");
    }

    /** All that the caller can see. */
    String everything() {
        return String.join("\n", head.headerLines()) + "\n" + body;
    }
}

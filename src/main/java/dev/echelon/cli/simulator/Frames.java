package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the events of a stream into frames, one a token: what precedes the first token goes out with it, and what
 * follows the last one too, so that the pace of the frames is the pace of the tokens.
 */
final class Frames {

    private final List<String> frames = new ArrayList<>();
    private final StringBuilder lead = new StringBuilder();

    /** An event that is no token and goes out with the next one. */
    void lead(String event) {
        lead.append(event);
    }

    void token(String event) {
        frames.add(lead + event);
        lead.setLength(0);
    }

    /** The frames, the events since the last token at the end of the last frame. */
    List<String> close() {
        if (!lead.isEmpty()) {
            String last = frames.isEmpty() ? "" : frames.remove(frames.size() - 1);
            frames.add(last + lead);
            lead.setLength(0);
        }
        return List.copyOf(frames);
    }

    static String data(ObjectNode data) {
        return "data: " + data + "\n\n";
    }

    static String named(ObjectNode data) {
        return "event: " + data.path("type").asText() + "\n" + data(data);
    }
}

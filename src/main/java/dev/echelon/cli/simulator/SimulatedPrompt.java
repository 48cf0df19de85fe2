package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator needs to know of a request, in no dialect's words.
 *
 * @param model as the request names it
 * @param userText text of the last user message, empty when there is none
 * @param toolResult what a tool answered, when that is the last message
 * @param tool the tool to call, {@code null} when the answer is to be text
 * @param stream whether the answer is to come as events
 * @param usageWanted whether a stream is to tell its usage
 * @param words length of the whole prompt
 */
record SimulatedPrompt(
        String model,
        String userText,
        @Nullable String toolResult,
        @Nullable Tool tool,
        boolean stream,
        boolean usageWanted,
        int words) {

    /**
     * A tool on offer.
     *
     * @param schema the JSON schema of its arguments; missing or empty when it takes none
     */
    record Tool(String name, JsonNode schema) {}

    /** The request is none of its dialect; the message says why. */
    static final class BadPromptException extends Exception {

        BadPromptException(String message) {
            super(message);
        }
    }
}

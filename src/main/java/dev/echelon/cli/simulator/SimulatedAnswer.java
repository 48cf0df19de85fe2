package dev.echelon.cli.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the simulated model says: a text that begins with {@code [simulated <model>]}, or a call of a tool.
 *
 * @param text empty when a tool is called
 * @param call {@code null} when the answer is text
 * @param promptTokens length of the prompt in words, at least 1
 */
record SimulatedAnswer(String model, String text, @Nullable Call call, int promptTokens) {

    private static final int ECHO_LIMIT = 200;
    private static final int FRAGMENT_CHARS = 12;

    /**
     * A call of a tool.
     *
     * @param input a JSON object that fits the tool's schema
     */
    record Call(String name, ObjectNode input) {

        String arguments() {
            return input.toString();
        }

        /** The arguments in the pieces in which a stream tells them. */
        List<String> fragments() {
            String arguments = arguments();
            List<String> fragments = new ArrayList<>();
            int from = 0;
            while (from < arguments.length()) {
                int to = Math.min(from + FRAGMENT_CHARS, arguments.length());
                if (Character.isHighSurrogate(arguments.charAt(to - 1)) && to < arguments.length()) {
                    to++;
                }
                fragments.add(arguments.substring(from, to));
                from = to;
            }
            return fragments;
        }
    }

    static SimulatedAnswer to(SimulatedPrompt prompt) {
        int promptTokens = Math.max(1, prompt.words());
        SimulatedPrompt.Tool tool = prompt.tool();
        if (tool != null) {
            Call call = new Call(tool.name(), SampleArguments.of(tool.schema()));
            return new SimulatedAnswer(prompt.model(), "", call, promptTokens);
        }
        String text = "[simulated " + prompt.model() + "] " + sentence(prompt);
        return new SimulatedAnswer(prompt.model(), text, null, promptTokens);
    }

    /** The text in the pieces in which a stream tells it. */
    List<String> tokens() {
        return Words.split(text);
    }

    int completionTokens() {
        return call == null ? Words.count(text) : call.fragments().size();
    }

    private static String sentence(SimulatedPrompt prompt) {
        String result = prompt.toolResult();
        if (result != null) {
            return "The tool answered: " + Words.cut(result, ECHO_LIMIT);
        }
        return prompt.userText().isBlank()
                ? "You said nothing."
                : "You said: " + Words.cut(prompt.userText(), ECHO_LIMIT);
    }
}

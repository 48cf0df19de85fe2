package dev.echelon.domain;

import org.jspecify.annotations.Nullable;

/**
 * How much a model answered, never what.
 *
 * @param characters of text, over all alternatives
 * @param toolCalls over all alternatives
 * @param finishReason of the first alternative that has one; {@code other} when it is none of OpenAI's words
 */
public record AnswerSize(
        long characters, int toolCalls, @Nullable String finishReason) {

    private static final String OTHER = "other";

    public static AnswerSize of(ChatResponse response) {
        Tally tally = new Tally();
        for (ChatResponse.Choice choice : response.choices()) {
            tally.characters += choice.content() == null ? 0 : choice.content().length();
            tally.toolCalls += choice.toolCalls().size();
            tally.finished(choice.finishReason());
        }
        return tally.size();
    }

    /** The size of a streamed answer, event by event. */
    public static final class Tally {

        private long characters;
        private int toolCalls;

        @Nullable
        private String finishReason;

        public void add(ChatChunk chunk) {
            for (ChatChunk.Delta delta : chunk.choices()) {
                text(delta.content());
                for (ChatChunk.ToolCallDelta call : delta.toolCalls()) {
                    toolCalls += call.id() == null ? 0 : 1;
                }
                finished(delta.finishReason());
            }
        }

        public AnswerSize size() {
            return new AnswerSize(characters, toolCalls, finishReason);
        }

        private void text(@Nullable String content) {
            characters += content == null ? 0 : content.length();
        }

        private void finished(@Nullable String reason) {
            if (finishReason == null && reason != null) {
                finishReason = known(reason);
            }
        }

        /** An upstream may write anything; only words that are known go into logs. */
        private static String known(String reason) {
            return switch (reason) {
                case "stop", "length", "tool_calls", "content_filter", "function_call" -> reason;
                default -> OTHER;
            };
        }
    }
}

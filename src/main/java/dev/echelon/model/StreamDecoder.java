package dev.echelon.model;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ModelFailure;
import java.util.function.Consumer;

/** Turns the events of one stream into chunks. Used by one thread, in order, once. */
public interface StreamDecoder {

    /**
     * Reads one server-sent event.
     *
     * @param event the event's name, empty when it has none
     * @param data its data, lines joined by a newline
     * @param out takes the chunks it gives, none or more
     * @throws ModelFailure when the event is an error, with its kind; a single unreadable event is no failure, it is
     *     counted in {@link #skipped}
     */
    void event(String event, String data, Consumer<ChatChunk> out) throws ModelFailure;

    /** Whether the provider has said that the stream is complete ({@code [DONE]}, {@code message_stop}). */
    boolean finished();

    /** Events that could not be read and were left out. */
    int skipped();
}

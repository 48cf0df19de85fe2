package dev.echelon.domain;

/**
 * Takes a streamed answer as it comes. Nothing reaches it before the first content token, so that every earlier failure
 * goes on unseen; after {@link #begin} the request can no longer move to another instance. Used on the request's thread.
 */
public interface AnswerSink {

    /** The first content has come: the answer is committed to this instance. */
    void begin(RouteInfo info);

    /**
     * One event.
     *
     * @return false when the reader is behind: the next chunk should wait for {@link #onDrain}
     */
    boolean chunk(ChatChunk chunk);

    /** Calls the listener once, when there is room again. */
    void onDrain(Runnable listener);
}

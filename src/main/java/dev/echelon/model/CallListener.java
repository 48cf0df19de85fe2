package dev.echelon.model;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Usage;
import org.jspecify.annotations.Nullable;

/** Hears how a model call goes, on its event loop. Exactly one of the last three is called, last. */
public interface CallListener {

    /**
     * One event of a streamed answer; the first one has content or everything before it that had none.
     *
     * @return false to have no more until {@link ModelCall#resume}; what was already read may still come
     */
    boolean chunk(ChatChunk chunk);

    /** A plain call is answered. */
    void answered(ChatResponse response);

    /** A streamed answer is complete. */
    void streamed(@Nullable Usage usage);

    /**
     * The call failed, or was cancelled.
     *
     * @param stale whether a pooled connection was dead before a byte was read
     */
    void failed(ModelFailure failure, boolean stale);
}

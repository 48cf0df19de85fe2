package dev.echelon.ingress.files;

import org.jspecify.annotations.Nullable;

/**
 * How far a batch is, in requests.
 *
 * @param earlier answered by an earlier run
 * @param answered answered by this one
 * @param failed that got a line with an error
 * @param repeated left out because their custom_id had come before
 * @param open under way, or waiting for room
 * @param complete whether nothing is left
 * @param waiting why requests wait to be sent again: the code of the last such failure; {@code null} when none does
 */
public record BatchProgress(
        long earlier,
        long answered,
        long failed,
        long repeated,
        int open,
        boolean complete,
        @Nullable String waiting) {

    static final BatchProgress NONE = new BatchProgress(0, 0, 0, 0, 0, false, null);

    /** Requests that need nothing more. */
    public long done() {
        return earlier + answered + failed + repeated;
    }
}

package dev.echelon.ingress.files;

/**
 * How far a batch is, in requests.
 *
 * @param earlier answered by an earlier run
 * @param answered answered by this one
 * @param failed that got a line with an error
 * @param repeated left out because their custom_id had come before
 * @param open under way, or waiting for room
 * @param complete whether nothing is left
 */
public record BatchProgress(long earlier, long answered, long failed, long repeated, int open, boolean complete) {

    static final BatchProgress NONE = new BatchProgress(0, 0, 0, 0, 0, false);

    /** Requests that need nothing more. */
    public long done() {
        return earlier + answered + failed + repeated;
    }
}

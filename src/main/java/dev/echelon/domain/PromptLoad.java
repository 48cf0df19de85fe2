package dev.echelon.domain;

/**
 * What somebody holds of a topic of prompts.
 *
 * @param partitions that are its own
 * @param paused how many of them it reads no further
 * @param open prompts that have been read and are neither answered nor dead letters
 * @param waiting how many of them nothing is being done for: they are tried again later, or it is not their turn
 * @param oldestNanos age of the oldest open one, since it was read; 0 when none is open
 */
public record PromptLoad(int partitions, int paused, int open, int waiting, long oldestNanos) {

    public static final PromptLoad NONE = new PromptLoad(0, 0, 0, 0, 0);

    /** Prompts that are being worked on. */
    public int inFlight() {
        return open - waiting;
    }

    /** What both hold. */
    public PromptLoad plus(PromptLoad other) {
        return new PromptLoad(
                partitions + other.partitions,
                paused + other.paused,
                open + other.open,
                waiting + other.waiting,
                Math.max(oldestNanos, other.oldestNanos));
    }

    /** The same so much later, if nothing has happened in between. */
    public PromptLoad after(long nanos) {
        return open == 0 ? this : new PromptLoad(partitions, paused, open, waiting, oldestNanos + nanos);
    }
}

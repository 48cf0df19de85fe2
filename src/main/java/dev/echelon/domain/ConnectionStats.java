package dev.echelon.domain;

/**
 * The connections to a provider at one moment.
 *
 * @param open established
 * @param active of these, with a call on them
 * @param waiting calls that have no connection yet
 * @param opened established since the start of the process
 * @param closed of these, gone
 * @param skipped events of streams on them that could not be read, since the start of the process
 */
public record ConnectionStats(int open, int active, int waiting, long opened, long closed, long skipped) {

    public static final ConnectionStats NONE = new ConnectionStats(0, 0, 0, 0, 0, 0);

    public int idle() {
        return Math.max(0, open - active);
    }

    public ConnectionStats plus(ConnectionStats other) {
        return new ConnectionStats(
                open + other.open,
                active + other.active,
                waiting + other.waiting,
                opened + other.opened,
                closed + other.closed,
                skipped + other.skipped);
    }
}

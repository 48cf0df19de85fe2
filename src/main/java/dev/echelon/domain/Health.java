package dev.echelon.domain;

/**
 * What active probes have found out about a model behind its address and credential. A value; {@link HealthRules} makes
 * the next one.
 *
 * @param failures failed probes in a row
 * @param since nanos at which the state was entered; of no meaning in {@link #FRESH}
 */
public record Health(State state, int failures, long since) {

    /** Not probed yet, which is as good as healthy. */
    public static final Health FRESH = new Health(State.HEALTHY, 0, 0);

    public enum State {
        HEALTHY,
        /** Gets no traffic, but for forced probes. */
        UNHEALTHY,
        /** Gets a share of its traffic that grows. */
        RECOVERING
    }

    Health withFailures(int count) {
        return count == failures ? this : new Health(state, count, since);
    }
}

package dev.echelon.domain;

/** How many returns an instance may have under way: a share of its attempts in flight, and three in any case. */
public final class RetryBudget {

    private static final int FLOOR = 3;

    private RetryBudget() {}

    /**
     * One more return may go while fewer than this are under way.
     *
     * @param share of the attempts in flight, from {@code retry_budget}
     * @param inFlight attempts on the instance, returns included
     */
    public static double allowed(double share, int inFlight) {
        return Math.max(FLOOR, share * inFlight);
    }
}

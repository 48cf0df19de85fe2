package dev.echelon.config;

/**
 * What a number may be.
 *
 * @param above whether {@code min} itself is too small
 */
record Bounds(double min, boolean above, double max) {

    static final Bounds POSITIVE = new Bounds(0, true, Integer.MAX_VALUE);
    static final Bounds NOT_NEGATIVE = new Bounds(0, false, Integer.MAX_VALUE);

    static Bounds between(double min, double max) {
        return new Bounds(min, false, max);
    }

    static Bounds upTo(double max) {
        return new Bounds(0, true, max);
    }

    boolean hold(double number) {
        return (above ? number > min : number >= min) && number <= max;
    }

    /** {@code greater than 0}, {@code from 1 to 10}. */
    @Override
    public String toString() {
        if (max < Integer.MAX_VALUE) {
            return above
                    ? "greater than " + plain(min) + " and at most " + plain(max)
                    : "from " + plain(min) + " to " + plain(max);
        }
        return above ? "greater than " + plain(min) : "of at least " + plain(min);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}

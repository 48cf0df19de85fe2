package dev.echelon.domain;

/**
 * A limit on events over time. Never blocks: the verdict is a wait. State is a value that is swapped; the decisions are
 * pure functions of (state, now). Thread-safe.
 */
public interface RateLimit {

    /** No limit at all. */
    RateLimit NONE = new RateLimit() {
        @Override
        public long tryAcquire(long now) {
            return 0;
        }

        @Override
        public long waitNanos(long now) {
            return 0;
        }

        @Override
        public int left(long now) {
            return Integer.MAX_VALUE;
        }
    };

    /**
     * Takes one permit.
     *
     * @param now from the {@link Ticker}
     * @return 0 when it was taken; otherwise the nanoseconds after which it is worth asking again
     */
    long tryAcquire(long now);

    /** The same verdict, without taking anything. */
    long waitNanos(long now);

    /** Permits that could be taken at once; {@link Integer#MAX_VALUE} without a limit. */
    int left(long now);

    /**
     * A bucket that holds at most {@code size} tokens and gains {@code perSecond} of them a second; full at first.
     */
    static RateLimit tokenBucket(int size, double perSecond, long now) {
        record Bucket(double tokens, long at) {}
        double perNano = perSecond / 1e9;
        double whole = 1 - 1e-12; // a token that a wait was told for is whole in spite of rounding
        return new Swapped<>(new Bucket(size, now)) {
            @Override
            Bucket refresh(Bucket state, long time) {
                double gained = Math.max(0, time - state.at) * perNano;
                return new Bucket(Math.min(size, state.tokens + gained), Math.max(time, state.at));
            }

            @Override
            long verdict(Bucket state, long time) {
                return state.tokens >= whole ? 0 : Math.max(1, (long) Math.ceil((1 - state.tokens) / perNano));
            }

            @Override
            Bucket take(Bucket state) {
                return new Bucket(state.tokens - 1, state.at);
            }

            @Override
            int left(Bucket state) {
                return (int) (state.tokens + 1e-12);
            }
        };
    }

    /** At most {@code max} in each window of {@code nanos}, counted anew from window to window. */
    static RateLimit fixedWindow(long nanos, int max, long now) {
        record Window(long start, int used) {}
        return new Swapped<>(new Window(now, 0)) {
            @Override
            Window refresh(Window state, long time) {
                long passed = Math.max(0, time - state.start) / nanos;
                return passed == 0 ? state : new Window(state.start + passed * nanos, 0);
            }

            @Override
            long verdict(Window state, long time) {
                return state.used < max ? 0 : Math.max(1, state.start + nanos - time);
            }

            @Override
            Window take(Window state) {
                return new Window(state.start, state.used + 1);
            }

            @Override
            int left(Window state) {
                return max - state.used;
            }
        };
    }

    /**
     * At most {@code max} in any {@code nanos}, wherever they begin. A permit counts for as long; where {@code max} is above
     * 1,000, for up to a thousandth longer.
     */
    static RateLimit slidingWindow(long nanos, int max) {
        return new SlidingWindow(nanos, max);
    }

    /** A limit whose state is swapped as a whole. */
    abstract class Swapped<S> implements RateLimit {

        private final Cell<S> state;

        Swapped(S initial) {
            this.state = new Cell<>(initial);
        }

        abstract S refresh(S state, long time);

        abstract long verdict(S state, long time);

        abstract S take(S state);

        abstract int left(S state);

        @Override
        public final long tryAcquire(long now) {
            while (true) {
                S seen = state.get();
                S current = refresh(seen, now);
                long wait = verdict(current, now);
                if (wait > 0 || state.swap(seen, take(current))) {
                    return wait;
                }
            }
        }

        @Override
        public final long waitNanos(long now) {
            return verdict(refresh(state.get(), now), now);
        }

        @Override
        public final int left(long now) {
            return left(refresh(state.get(), now));
        }
    }
}

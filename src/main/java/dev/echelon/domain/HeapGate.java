package dev.echelon.domain;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is shed while memory is short, by how full each collection leaves the heap: first what is cached, then prompts from
 * Kafka, which can wait where they are, then new requests. Each stage begins above its own mark and ends at the first
 * collection that leaves a few percent less. Thread-safe.
 */
public final class HeapGate {

    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private static final double HYSTERESIS = 0.03;

    /** So many always get in: without work nothing is collected, and the bound would stay for ever. */
    private static final int FEWEST = 4;

    /** Less than that of a cache is not worth its while. */
    private static final double LEAST_SHARE = 1.0 / 16;

    private final Cell<State> state = new Cell<>(new State(Stage.NOTHING, 1, 0));
    private final AtomicInteger ceiling = new AtomicInteger(UNBOUNDED);

    /** What is shed; each stage also does what those before it do. */
    public enum Stage {
        NOTHING(0, "nothing is shed"),
        CACHES(0.85, "caches give up half of their answers with each collection"),
        KAFKA(0.90, "caches are empty, and nothing is read from Kafka"),
        REQUESTS(0.95, "new requests are refused");

        private final double above;
        private final String does;

        Stage(double above, String does) {
            this.above = above;
            this.does = does;
        }

        /** Use of the heap after a collection, 0 to 1. */
        public double above() {
            return above;
        }

        /** For the log. */
        public String does() {
            return does;
        }

        boolean holds(double use, Stage before) {
            return use > (compareTo(before) <= 0 ? above - HYSTERESIS : above);
        }

        static Stage of(double use, Stage before) {
            Stage highest = NOTHING;
            for (Stage stage : values()) {
                highest = stage != NOTHING && stage.holds(use, before) ? stage : highest;
            }
            return highest;
        }
    }

    private record State(Stage stage, double cacheShare, double use) {

        State after(double now) {
            Stage next = Stage.of(now, stage);
            double half = now > Stage.CACHES.above() ? cacheShare / 2 : cacheShare;
            return new State(
                    next,
                    switch (next) {
                        case NOTHING -> 1;
                        case CACHES -> half < LEAST_SHARE ? 0 : half;
                        case KAFKA, REQUESTS -> 0;
                    },
                    now);
        }
    }

    /**
     * The garbage collector has looked at all that lives long.
     *
     * @param use of its space, 0 to 1
     * @param inFlight requests at the moment
     */
    public void collected(double use, int inFlight) {
        Stage stage = state.update(before -> before.after(use)).stage();
        if (use > Stage.REQUESTS.above()) {
            ceiling.updateAndGet(before -> Math.max(FEWEST, Math.min(before, inFlight) / 2));
        } else if (stage != Stage.REQUESTS) {
            ceiling.set(UNBOUNDED);
        }
    }

    public Stage stage() {
        return state.get().stage();
    }

    /** How full the last collection left the heap, 0 to 1; 0 before the first. */
    public double lastUse() {
        return state.get().use();
    }

    /** How much of their bounds caches may use, 0 to 1. */
    public double cacheShare() {
        return state.get().cacheShare();
    }

    /** Whether prompts that can wait elsewhere should. */
    public boolean holdsBack() {
        return stage().compareTo(Stage.KAFKA) >= 0;
    }

    /** Requests that may be in flight. */
    public int ceiling() {
        return ceiling.get();
    }
}

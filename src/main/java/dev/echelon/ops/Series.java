package dev.echelon.ops;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names that have series of their own; the others share those of {@link MetricNames#OTHER}. All have where they are few,
 * and of thousands those that occur first: a series costs memory, and time in each scrape, whether or not anything
 * happens. Thread-safe.
 */
final class Series {

    /** Names that have series of their own, at most. */
    static final int MOST = 1_000;

    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private int room = MOST;

    /** Whether all of these may have series from the start. */
    static boolean areFew(Set<String> all) {
        return all.size() <= MOST;
    }

    /** Whether the name has series of its own, which it gets now if there is room. */
    boolean take(String name) {
        return names.contains(name) || takeNew(name);
    }

    private synchronized boolean takeNew(String name) {
        if (room == 0) {
            return names.contains(name);
        }
        if (names.add(name)) {
            room--;
        }
        return true;
    }

    /** From now on no others than these exist; the rest makes room. */
    synchronized void keep(Set<String> named) {
        names.retainAll(named);
        room = MOST - names.size();
    }
}

package dev.echelon.ingress.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets one of each key through at a time, in the order in which they came. Used by one thread.
 *
 * @param <K> of a key
 * @param <V> of what waits for its turn
 */
final class KeyOrder<K, V> {

    private final Map<K, Deque<V>> waiting = new HashMap<>();

    /** Whether it is its turn now; else it waits for it. */
    boolean enter(K key, V value) {
        Deque<V> line = waiting.get(key);
        if (line == null) {
            waiting.put(key, new ArrayDeque<>(1));
            return true;
        }
        line.add(value);
        return false;
    }

    /** Who had the turn is done; whose turn it is now, {@code null} when nobody waits. */
    @Nullable
    V leave(K key) {
        Deque<V> line = waiting.get(key);
        V next = line == null ? null : line.poll();
        if (next == null) {
            waiting.remove(key);
        }
        return next;
    }

    /** Drops those that wait. */
    void removeIf(Predicate<V> unwanted) {
        waiting.values().forEach(line -> line.removeIf(unwanted));
    }
}

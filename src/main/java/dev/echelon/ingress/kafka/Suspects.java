package dev.echelon.ingress.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts during which the process has died more than once. One is under way at a time, beside those that are not suspects:
 * so the next death shows who is to blame. Used by one thread.
 */
final class Suspects {

    private final Deque<Delivery> waiting = new ArrayDeque<>();

    @Nullable
    private Delivery current;

    void add(Delivery delivery) {
        waiting.add(delivery);
    }

    /** Whether none waits for its turn. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whose turn has come; {@code null} while another is under way, or none waits. */
    @Nullable
    Delivery next() {
        if (current != null) {
            return null;
        }
        current = waiting.poll();
        return current;
    }

    void stopped(Delivery delivery) {
        if (current == delivery) {
            current = null;
        }
    }

    /** Takes out those of partitions that were taken away. */
    List<Delivery> removeRevoked() {
        List<Delivery> gone =
                waiting.stream().filter(it -> it.tracker().isRevoked()).toList();
        waiting.removeAll(gone);
        return gone;
    }
}

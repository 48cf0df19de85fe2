package dev.echelon.ingress.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts during which the process has died. Each is asked alone, while the others are held back: then it shows who is to
 * blame. Used by one thread.
 */
final class Suspects {

    private final Deque<Delivery> suspects = new ArrayDeque<>();
    private final Deque<Delivery> held = new ArrayDeque<>();

    @Nullable
    private Delivery alone;

    void suspect(Delivery delivery) {
        suspects.add(delivery);
    }

    void hold(Delivery delivery) {
        held.add(delivery);
    }

    boolean isIsolating() {
        return alone != null || !suspects.isEmpty();
    }

    /**
     * Whose turn it is.
     *
     * @param quiet whether nobody runs
     * @return {@code null} for nobody's
     */
    @Nullable
    Delivery next(boolean quiet) {
        if (!isIsolating()) {
            return held.poll();
        }
        if (alone != null || !quiet) {
            return null;
        }
        alone = suspects.remove();
        return alone;
    }

    void stopped(Delivery delivery) {
        if (alone == delivery) {
            alone = null;
        }
    }

    /** Takes out those of partitions that were taken away. */
    List<Delivery> removeRevoked() {
        List<Delivery> gone = new ArrayList<>();
        for (Collection<Delivery> waiting : List.of(held, suspects)) {
            waiting.stream().filter(it -> it.tracker().isRevoked()).forEach(gone::add);
            waiting.removeAll(gone);
        }
        return gone;
    }
}

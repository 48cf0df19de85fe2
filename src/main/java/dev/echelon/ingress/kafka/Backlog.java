package dev.echelon.ingress.kafka;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Prompts that have been read and keep no model busy: they wait for a target that fails, or for the turn of their key.
 * Others are read past them, up to a limit. Used by one thread.
 */
final class Backlog {

    private static final int MOST = 10_000;
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    private final Set<Delivery> waiting = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;

    void add(Delivery delivery) {
        if (waiting.add(delivery)) {
            bytes += delivery.bytes();
        }
    }

    void remove(Delivery delivery) {
        if (waiting.remove(delivery)) {
            bytes -= delivery.bytes();
        }
    }

    /** Forgets those of partitions that were taken away. */
    void removeRevoked() {
        waiting.stream().filter(it -> it.tracker().isRevoked()).toList().forEach(this::remove);
    }

    int size() {
        return waiting.size();
    }

    /** Whether so many more may come to wait. */
    boolean hasRoom(int more) {
        return waiting.isEmpty() || (waiting.size() + more <= MOST && bytes < MOST_BYTES);
    }
}

package dev.echelon.model;

import dev.echelon.domain.ConnectionStats;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a provider's pools, of all event loops, count together. Thread-safe. */
final class ConnectionCounts {

    private final LongAdder active = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong closed = new AtomicLong();
    private final LongAdder skipped = new LongAdder();

    /** @return how many there have been */
    long opened() {
        return opened.incrementAndGet();
    }

    void closed() {
        closed.incrementAndGet();
    }

    /** @param change 1 when a connection gets its first call, -1 when it loses its last */
    void active(int change) {
        active.add(change);
    }

    /** @param change 1 when a call begins to wait for a connection, -1 when it no longer does */
    void waiting(int change) {
        waiting.add(change);
    }

    /** @param events of a stream that could not be read */
    void skipped(int events) {
        skipped.add(events);
    }

    ConnectionStats stats() {
        long gone = closed.get();
        long all = opened.get();
        return new ConnectionStats((int) (all - gone), active.intValue(), waiting.intValue(), all, gone, skipped.sum());
    }
}

package dev.echelon.ingress.kafka;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Prompts that are to be tried again, each when it is due. Used by one thread. */
final class RetryQueue {

    private static final long WAKE_SPREAD = TimeUnit.SECONDS.toNanos(1);

    private final PriorityQueue<Delivery> sleeping = new PriorityQueue<>(Comparator.comparingLong(Delivery::due));

    void add(Delivery delivery) {
        sleeping.add(delivery);
    }

    boolean isEmpty() {
        return sleeping.isEmpty();
    }

    /** The next one that is due; {@code null} when none is. */
    @Nullable
    Delivery poll(long now) {
        Delivery next = sleeping.peek();
        return next == null || next.due() - now > 0 ? null : sleeping.remove();
    }

    /** An outage is over: makes all due within a second, one after the other. */
    void wake(long now) {
        List<Delivery> waiting = List.copyOf(sleeping);
        sleeping.clear();
        for (int i = 0; i < waiting.size(); i++) {
            Delivery woken = waiting.get(i);
            woken.due(Math.min(woken.due(), now + WAKE_SPREAD * i / waiting.size()));
            sleeping.add(woken);
        }
    }

    /** Takes out those of partitions that were taken away. */
    List<Delivery> removeRevoked() {
        List<Delivery> gone =
                sleeping.stream().filter(it -> it.tracker().isRevoked()).toList();
        sleeping.removeAll(gone);
        return gone;
    }
}

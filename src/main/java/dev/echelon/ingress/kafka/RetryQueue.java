package dev.echelon.ingress.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Prompts that are to be tried again, each when it is due, in a line for each thing that they wait for. Used by one thread. */
final class RetryQueue {

    private static final long WAKE_SPREAD = TimeUnit.SECONDS.toNanos(1);

    /** None is empty. */
    private final Map<String, PriorityQueue<Delivery>> lines = new HashMap<>();

    void add(String line, Delivery delivery) {
        lines.computeIfAbsent(line, any -> new PriorityQueue<>(Comparator.comparingLong(Delivery::due)))
                .add(delivery);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    int size(String line) {
        PriorityQueue<Delivery> sleeping = lines.get(line);
        return sleeping == null ? 0 : sleeping.size();
    }

    /**
     * The next one that is due; {@code null} when none is.
     *
     * @param mayTry whether those of a line may be tried now
     */
    @Nullable
    Delivery poll(long now, Predicate<String> mayTry) {
        String earliest = null;
        long due = now;
        for (Map.Entry<String, PriorityQueue<Delivery>> line : lines.entrySet()) {
            long next = line.getValue().element().due();
            if (next - due <= 0 && mayTry.test(line.getKey())) {
                earliest = line.getKey();
                due = next;
            }
        }
        return earliest == null ? null : remove(earliest);
    }

    private @Nullable Delivery remove(String line) {
        PriorityQueue<Delivery> sleeping = lines.get(line);
        Delivery first = sleeping == null ? null : sleeping.poll();
        if (sleeping != null && sleeping.isEmpty()) {
            lines.remove(line);
        }
        return first;
    }

    /** What a line waits for is back: makes all that failed by its outage due within a second, one after the other. */
    void wake(String line, long now) {
        PriorityQueue<Delivery> sleeping = lines.remove(line);
        int count = sleeping == null ? 0 : sleeping.size();
        for (int i = 0; i < count; i++) {
            Delivery woken = sleeping.remove();
            if (woken.blame() == RetryRules.Blame.OUTAGE) {
                woken.due(Math.min(woken.due(), now + WAKE_SPREAD * i / count));
            }
            add(line, woken);
        }
    }

    /** Takes out those of partitions that were taken away. */
    List<Delivery> removeRevoked() {
        List<Delivery> gone = new ArrayList<>();
        for (PriorityQueue<Delivery> sleeping : lines.values()) {
            sleeping.stream().filter(it -> it.tracker().isRevoked()).forEach(gone::add);
            sleeping.removeIf(it -> it.tracker().isRevoked());
        }
        lines.values().removeIf(PriorityQueue::isEmpty);
        return gone;
    }
}

package dev.echelon.store;

import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** An event loop whose clock is the test's: nothing runs but in {@link #run}. */
final class VirtualLoop implements Scheduler, Ticker {

    private final List<Task> tasks = new ArrayList<>();
    private long now = 1_000;
    private long order;

    private record Task(long at, long order, Runnable work) {}

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Timer schedule(long delayNanos, Runnable work) {
        Task task = new Task(now + Math.max(0, delayNanos), order++, work);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    @Override
    public void execute(Runnable task) {
        schedule(0, task);
    }

    /** Everything that is due, and what follows from it. */
    void run() {
        for (Optional<Task> next = next(); next.isPresent(); next = next()) {
            tasks.remove(next.get());
            next.get().work().run();
        }
    }

    /** As {@link #run}, after the time. */
    void run(Duration later) {
        run();
        now += later.toNanos();
        run();
    }

    private Optional<Task> next() {
        return tasks.stream()
                .filter(task -> task.at() <= now)
                .min(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    }
}

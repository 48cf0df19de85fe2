package dev.echelon.bench;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A request each so many milliseconds, whether or not the ones before it have been answered: how long a gateway that has
 * little to do takes.
 */
record FixedRate(int aSecond, Duration round) implements Load {

    private static final int CONNECTIONS = 32;
    private static final int PROMPT_BYTES = 1024;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return "%d requests a second".formatted(aSecond);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.P50_MICROS,
                Metric.P99_MICROS,
                Metric.ADDED_P50_MICROS,
                Metric.ADDED_P99_MICROS,
                Metric.CPU_MICROS,
                Metric.ERRORS);
    }

    /** At full speed: at the rate itself a JVM would take minutes. */
    @Override
    public void warmUp(Subject.Running subject) throws Exception {
        try (Loops loops = Loops.of(1)) {
            new Throughput(loops, name(), CONNECTIONS, PROMPT_BYTES, Throughput.WarmUp.FULL, round).warmUp(subject);
        }
    }

    @Override
    public Sample measure(Subject.Running subject) throws Exception {
        try (Loops loops = Loops.of(1);
                Callers callers = new Callers(loops, subject.endpoint(), Prompt.of(PROMPT_BYTES, false))) {
            Clock clock = new Clock();
            callers.open(CONNECTIONS, Duration.ofMillis(CONNECTIONS), clock);
            Spent spent = new Spent(subject);
            EventExecutor loop = loops.group().next();
            Future<?> ticking =
                    loop.scheduleAtFixedRate(clock::send, 0, 1_000_000_000L / aSecond, TimeUnit.NANOSECONDS);
            TimeUnit.NANOSECONDS.sleep(round.toNanos());
            ticking.cancel(false);
            return sample(subject, clock, spent.now());
        }
    }

    private static Sample sample(Subject.Running subject, Clock clock, Spent.Seconds seconds) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.P50_MICROS, clock.times.getValueAtPercentile(50) / 1e3);
        values.put(Metric.P99_MICROS, clock.times.getValueAtPercentile(99) / 1e3);
        values.put(Metric.ERRORS, (double) clock.errors.sum());
        if (subject.between()) {
            values.put(Metric.CPU_MICROS, seconds.subject() * 1e6 / clock.times.getTotalCount());
        }
        return Sample.of(values);
    }

    /** Sends on whatever connection is free. All on one event loop. */
    private static final class Clock implements Caller.Listener {

        private final Queue<Caller> free = new ArrayDeque<>();
        private final Histogram times = new ConcurrentHistogram(3);
        private final LongAdder errors = new LongAdder();

        void send() {
            Caller caller = free.poll();
            if (caller == null) {
                // none is free: one more than a gateway may keep waiting at this rate
                errors.increment();
            } else {
                caller.send();
            }
        }

        @Override
        public void connected(Caller caller) {
            free.add(caller);
        }

        @Override
        public void answered(Caller caller, boolean good, long nanos) {
            if (good) {
                times.recordValue(nanos);
            } else {
                errors.increment();
            }
            free.add(caller);
        }

        @Override
        public void broken(Throwable cause) {
            errors.increment();
        }
    }
}

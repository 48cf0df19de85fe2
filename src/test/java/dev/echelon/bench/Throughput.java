package dev.echelon.bench;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * As much as goes through: callers that ask again at once, an upstream that answers at once.
 */
record Throughput(Loops loops, String name, int connections, int promptBytes, WarmUp warmUp, Duration round)
        implements Load {

    private static final double BYTES_PER_KB = 1024;

    private static final long POLL_MILLIS = 50;

    /**
     * What comes before the first round.
     *
     * @param requests that let the JVM's compilers find out what matters
     * @param most time for them
     */
    record WarmUp(long requests, Duration most) {

        /** Until the second compiler has little left to do. */
        static final WarmUp FULL = new WarmUp(600_000, Duration.ofSeconds(40));
    }

    @Override
    public String description() {
        return "%d connections that ask again at once, %,d-byte prompts, 1 KB answers without delay"
                .formatted(connections, promptBytes);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.REQUESTS_PER_SECOND,
                Metric.CPU_MICROS,
                Metric.ALLOCATED_KB,
                Metric.P50_MICROS,
                Metric.P99_MICROS,
                Metric.RSS_MB,
                Metric.ERRORS,
                Metric.HARNESS_CPU_MICROS,
                Metric.BUSY_CORES);
    }

    @Override
    public void warmUp(Subject.Running subject) throws Exception {
        Answers answers = new Answers();
        try (Callers callers = new Callers(loops, subject.endpoint(), Prompt.of(promptBytes, false))) {
            callers.open(connections, Duration.ZERO, answers);
            long end = System.nanoTime() + warmUp.most().toNanos();
            while (answers.good() < warmUp.requests() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            answers.stop();
        }
    }

    @Override
    public Sample measure(Subject.Running subject) throws Exception {
        if (!subject.jvm()) {
            return ask(subject, round);
        }
        double before = ThreadDump.allocatedBytes(subject.process().pid());
        Sample sample = ask(subject, round);
        double after = ThreadDump.allocatedBytes(subject.process().pid());
        double requests = sample.values().get(Metric.REQUESTS_PER_SECOND) * round.toNanos() / 1e9;
        sample.values().put(Metric.ALLOCATED_KB, (after - before) / requests / BYTES_PER_KB);
        return sample;
    }

    private Sample ask(Subject.Running subject, Duration duration) throws InterruptedException {
        Answers answers = new Answers();
        try (Callers callers = new Callers(loops, subject.endpoint(), Prompt.of(promptBytes, false))) {
            callers.open(connections, Duration.ZERO, answers);
            Spent spent = new Spent(subject);
            long before = answers.good();
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
            long good = answers.good() - before;
            Spent.Seconds seconds = spent.now();
            answers.stop();
            return sample(subject, answers, good, seconds);
        }
    }

    private static Sample sample(Subject.Running subject, Answers answers, long good, Spent.Seconds seconds) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.REQUESTS_PER_SECOND, good / seconds.elapsed());
        values.put(Metric.P50_MICROS, answers.times().getValueAtPercentile(50) / 1e3);
        values.put(Metric.P99_MICROS, answers.times().getValueAtPercentile(99) / 1e3);
        values.put(Metric.ERRORS, (double) answers.errors());
        values.put(Metric.HARNESS_CPU_MICROS, seconds.harness() * 1e6 / good);
        values.put(Metric.BUSY_CORES, seconds.busyCores());
        if (subject.between()) {
            values.put(Metric.CPU_MICROS, seconds.subject() * 1e6 / good);
            values.put(Metric.RSS_MB, subject.figures().residentMegabytes());
        }
        return Sample.of(values);
    }
}

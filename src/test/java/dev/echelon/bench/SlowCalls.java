package dev.echelon.bench;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Many callers at once of a model that takes a second: a gateway's work is to hold them all. */
record SlowCalls(Loops loops, int callers, Duration round) implements Load {

    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration RAMP = Duration.ofSeconds(1);

    /** What a second compiler wants to have seen; with fewer callers it is not done when {@link #MOST} is over. */
    private static final long WARM = 100_000;

    private static final Duration MOST = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "slow-" + callers;
    }

    @Override
    public String description() {
        return "%,d callers at once, answers after 1 s".formatted(callers);
    }

    @Override
    public Behaviour upstream() {
        return Behaviour.plain(DELAY);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.IDEAL_PERCENT,
                Metric.P99_MICROS,
                Metric.CPU_MICROS,
                Metric.RSS_MB,
                Metric.PEAK_RSS_MB,
                Metric.ERRORS,
                Metric.BUSY_CORES);
    }

    @Override
    public void warmUp(Subject.Running subject) throws Exception {
        Duration needed = DELAY.multipliedBy(WARM / callers);
        ask(subject, needed.compareTo(MOST) < 0 ? needed : MOST);
    }

    @Override
    public Sample measure(Subject.Running subject) throws Exception {
        return ask(subject, round);
    }

    private Sample ask(Subject.Running subject, Duration duration) throws InterruptedException {
        Answers answers = new Answers();
        try (Callers all = new Callers(loops, subject.endpoint(), Prompt.of(1024, false))) {
            all.open(callers, RAMP, answers);
            // the first answers are those of connections that were being opened
            TimeUnit.NANOSECONDS.sleep(DELAY.toNanos());
            Spent spent = new Spent(subject);
            long before = answers.good();
            answers.times().reset();
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
            long good = answers.good() - before;
            Spent.Seconds seconds = spent.now();
            answers.stop();
            return sample(subject, answers, good, seconds);
        }
    }

    private Sample sample(Subject.Running subject, Answers answers, long good, Spent.Seconds seconds) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        double ideal = callers * seconds.elapsed() * 1e9 / DELAY.toNanos();
        values.put(Metric.IDEAL_PERCENT, 100 * good / ideal);
        values.put(Metric.P99_MICROS, answers.times().getValueAtPercentile(99) / 1e3);
        values.put(Metric.ERRORS, (double) answers.errors());
        values.put(Metric.BUSY_CORES, seconds.busyCores());
        if (subject.between()) {
            values.put(Metric.CPU_MICROS, seconds.subject() * 1e6 / Math.max(1, good));
            values.put(Metric.RSS_MB, subject.figures().residentMegabytes());
            values.put(Metric.PEAK_RSS_MB, subject.figures().peakMegabytes());
        }
        return Sample.of(values);
    }
}

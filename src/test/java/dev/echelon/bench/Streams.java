package dev.echelon.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Many streams at once, each on a connection of its own.
 *
 * @param ramp over which they begin
 */
record Streams(Loops loops, String name, int streams, int events, Duration interval, Duration ramp, int warmUps)
        implements Load {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration IDLE_CONNECTIONS_CLOSE = Duration.ofSeconds(65);

    Streams(Loops loops, int streams, int events, Duration interval, Duration ramp, int warmUps) {
        this(loops, "streams-" + streams, streams, events, interval, ramp, warmUps);
    }

    @Override
    public String description() {
        return "%,d streams at once of %d events, one each %,d ms".formatted(streams, events, interval.toMillis());
    }

    @Override
    public Behaviour upstream() {
        return Behaviour.stream(events, interval);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.FIRST_BYTE_P50_MILLIS,
                Metric.EVENT_P50_MILLIS,
                Metric.EVENT_P99_MILLIS,
                Metric.GLUED_PERCENT,
                Metric.CPU_MICROS_PER_EVENT,
                Metric.PEAK_RSS_MB,
                Metric.COMPLETE_PERCENT,
                Metric.ERRORS,
                Metric.BUSY_CORES);
    }

    @Override
    public void warmUp(Subject.Running subject) throws Exception {
        for (int i = 0; i < warmUps; i++) {
            measure(subject);
        }
        if (Descriptors.limit() < Descriptors.forStreams(streams + streams / 2)) {
            // an idle connection to the upstream is of use to one event loop alone: others open more
            Thread.sleep(IDLE_CONNECTIONS_CLOSE.toMillis());
        }
    }

    @Override
    public Sample measure(Subject.Running subject) throws Exception {
        Reader reader = new Reader(streams);
        try (Callers callers = new Callers(loops, subject.endpoint(), Prompt.of(1024, true))) {
            Spent spent = new Spent(subject);
            callers.open(streams, ramp, reader);
            Duration most = interval.multipliedBy(events).plus(PATIENCE);
            boolean ended = reader.done.await(most.toMillis(), TimeUnit.MILLISECONDS);
            return sample(subject, reader, spent.now(), ended);
        }
    }

    private Sample sample(Subject.Running subject, Reader reader, Spent.Seconds seconds, boolean ended)
            throws IOException {
        long arrived = reader.events.sum();
        if (arrived == 0) {
            throw new IOException(subject.name() + " sent no event");
        }
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.FIRST_BYTE_P50_MILLIS, reader.firstBytes.getValueAtPercentile(50) / 1e6);
        values.put(Metric.EVENT_P50_MILLIS, reader.delays.getValueAtPercentile(50) / 1e6);
        values.put(Metric.EVENT_P99_MILLIS, reader.delays.getValueAtPercentile(99) / 1e6);
        values.put(Metric.GLUED_PERCENT, 100.0 * reader.glued.sum() / arrived);
        values.put(Metric.COMPLETE_PERCENT, 100.0 * arrived / ((double) streams * events));
        values.put(Metric.ERRORS, reader.errors.sum() + (ended ? 0.0 : reader.done.getCount()));
        values.put(Metric.BUSY_CORES, seconds.busyCores());
        if (subject.between()) {
            values.put(Metric.CPU_MICROS_PER_EVENT, seconds.subject() * 1e6 / arrived);
            values.put(Metric.PEAK_RSS_MB, subject.figures().peakMegabytes());
        }
        return Sample.of(values);
    }

    /** Counts what comes on all streams. */
    private static final class Reader implements Caller.Listener {

        private final Histogram firstBytes = new ConcurrentHistogram(3);
        private final Histogram delays = new ConcurrentHistogram(3);
        private final LongAdder events = new LongAdder();
        private final LongAdder glued = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final CountDownLatch done;

        Reader(int streams) {
            done = new CountDownLatch(streams);
        }

        @Override
        public void connected(Caller caller) {
            caller.send();
        }

        @Override
        public void firstByte(long nanos) {
            firstBytes.recordValue(nanos);
        }

        @Override
        public void event(long nanos, boolean together) {
            delays.recordValue(Math.max(0, nanos));
            events.increment();
            if (together) {
                glued.increment();
            }
        }

        @Override
        public void answered(Caller caller, boolean good, long nanos) {
            if (!good) {
                errors.increment();
            }
            done.countDown();
        }

        @Override
        public void broken(Throwable cause) {
            errors.increment();
            done.countDown();
        }
    }
}

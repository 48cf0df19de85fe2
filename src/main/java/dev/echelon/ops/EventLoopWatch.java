package dev.echelon.ops;

import dev.echelon.domain.Ticker;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees an event loop that does not get on: each loop gives a sign of life ten times a second, and a thread outside of
 * them looks at the signs. A loop without one for {@link #BLOCKED} is counted and its thread's stack logged, once. Vert.x
 * has a checker too, but it looks once a second, tells its own log alone and keeps no figures.
 */
final class EventLoopWatch implements AutoCloseable {

    /** From here on a loop counts as blocked. */
    static final Duration BLOCKED = Duration.ofSeconds(1);

    /** From here on the process counts as dead. */
    static final Duration DEAD = Duration.ofSeconds(30);

    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration REMEMBERED = Duration.ofSeconds(20);
    private static final int WINDOWS = 3;
    private static final int FRAMES = 12;
    private static final Logger LOG = LoggerFactory.getLogger(EventLoopWatch.class);

    private final Ticker ticker;
    private long lastLook;
    private final List<Watched> loops = new ArrayList<>();
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "echelon-loop-watch");
        thread.setDaemon(true);
        return thread;
    });

    /** @param group whose members are all event loops */
    EventLoopWatch(Iterable<EventExecutor> group, Ticker ticker, MeterRegistry registry) {
        this.ticker = ticker;
        for (EventExecutor executor : group) {
            String name = Integer.toString(loops.size());
            Watched loop = new Watched((EventLoop) executor, MetricNames.LOOP_BLOCKED.counter(registry, name));
            MetricNames.LOOP_DELAY.gauge(registry, loop.delay::poll, name);
            loops.add(loop);
        }
    }

    void start() {
        long nanos = BEAT.toNanos();
        lastLook = ticker.nanos();
        loops.forEach(Watched::start);
        @SuppressWarnings("unused")
        var watching = watcher.scheduleAtFixedRate(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** How long the most silent loop has been silent beyond its beat; zero when all are well. */
    Duration worst() {
        long now = ticker.nanos();
        return Duration.ofNanos(
                loops.stream().mapToLong(loop -> loop.silence(now)).max().orElse(0));
    }

    private void look() {
        long now = ticker.nanos();
        boolean stoodStill = now - lastLook > BLOCKED.toNanos() / 2;
        lastLook = now;
        // the whole process was paused: the loops are given a round to catch up
        if (!stoodStill) {
            loops.forEach(loop -> loop.look(now));
        }
    }

    @Override
    public void close() {
        watcher.shutdownNow();
        loops.forEach(Watched::stop);
    }

    /** One loop. */
    private final class Watched {

        private final EventLoop loop;
        private final Counter blocked;
        private final TimeWindowMax delay = new TimeWindowMax(Clock.SYSTEM, REMEMBERED.toMillis(), WINDOWS);
        private volatile long lastBeat = ticker.nanos();
        private volatile Thread thread = Thread.currentThread();
        private boolean told;

        @Nullable
        private ScheduledFuture<?> beats;

        Watched(EventLoop loop, Counter blocked) {
            this.loop = loop;
            this.blocked = blocked;
        }

        void start() {
            lastBeat = ticker.nanos();
            beats = loop.scheduleAtFixedRate(this::beat, 0, BEAT.toNanos(), TimeUnit.NANOSECONDS);
        }

        void stop() {
            if (beats != null) {
                beats.cancel(false);
            }
        }

        private void beat() {
            long now = ticker.nanos();
            thread = Thread.currentThread();
            delay.record(silence(now) / 1e9);
            lastBeat = now;
        }

        long silence(long now) {
            return Math.max(0, now - lastBeat - BEAT.toNanos());
        }

        /** On the watching thread only. */
        void look(long now) {
            long silence = silence(now);
            delay.record(silence / 1e9);
            if (silence > BLOCKED.toNanos() && !told) {
                told = true;
                blocked.increment();
                LOG.warn("{} has been blocked for {} ms:{}", thread.getName(), silence / 1_000_000, frames());
            } else if (silence == 0 && told) {
                told = false;
                LOG.warn("{} goes on", thread.getName());
            }
        }

        /** Classes and lines, no data. */
        private String frames() {
            StringBuilder text = new StringBuilder();
            StackTraceElement[] stack = thread.getStackTrace();
            for (int i = 0; i < Math.min(FRAMES, stack.length); i++) {
                text.append(System.lineSeparator()).append("    at ").append(stack[i]);
            }
            return text.toString();
        }
    }
}

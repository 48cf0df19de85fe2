package dev.echelon.model;

import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one event loop that are long and mostly called off: setting one and calling it off is a link in a list
 * each, without a lock, and leaves nothing behind. A timer fires never early and up to a tick late; the loop is woken for
 * the slots that have timers, and once for one that had. Used on its event loop only, but for {@link Scheduler.Timer#cancel}.
 * Hashed as in Varghese and Lauck, "Hashed and hierarchical timing wheels".
 */
final class TimerWheel {

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A power of two; five seconds of ticks. What is due later is passed over once a turn. */
    private static final int SLOTS = 512;

    private final EventLoop loop;
    private final Ticker ticker;
    private final long origin;
    private final Entry[] slots = new Entry[SLOTS];
    private long lastTick;
    private int size;

    /** For which the loop is to be woken; {@link Long#MAX_VALUE} when for none. */
    private long awaited = Long.MAX_VALUE;

    @Nullable
    private Future<?> waking;

    TimerWheel(EventLoop loop, Ticker ticker) {
        this.loop = loop;
        this.ticker = ticker;
        this.origin = ticker.nanos();
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Entry(0, null);
        }
    }

    /** A timer, and its place in the list of its slot; the first of each list is none. */
    private final class Entry implements Scheduler.Timer {

        private final long tick;
        private Entry before = this;
        private Entry after = this;

        @Nullable
        private Runnable task;

        Entry(long tick, @Nullable Runnable task) {
            this.tick = tick;
            this.task = task;
        }

        @Override
        public void cancel() {
            if (loop.inEventLoop()) {
                take();
            } else {
                loop.execute(this::take);
            }
        }

        void link(Entry head) {
            before = head.before;
            after = head;
            before.after = this;
            head.before = this;
            size++;
        }

        void unlink() {
            before.after = after;
            after.before = before;
            before = this;
            after = this;
            size--;
        }

        /** Its task, once. */
        @Nullable
        Runnable take() {
            Runnable taken = task;
            task = null;
            if (after != this) {
                unlink();
            }
            return taken;
        }
    }

    /**
     * Runs the task once after the delay.
     *
     * @param delayNanos more than 0
     */
    Scheduler.Timer schedule(long delayNanos, Runnable task) {
        long elapsed = ticker.nanos() - origin;
        Entry entry = new Entry((elapsed + delayNanos + TICK_NANOS - 1) / TICK_NANOS, task);
        entry.link(slot(entry.tick));
        if (entry.tick < awaited) {
            await(entry.tick, elapsed);
        }
        return entry;
    }

    private Entry slot(long tick) {
        return slots[(int) (tick & (SLOTS - 1))];
    }

    private void await(long tick, long elapsed) {
        if (waking != null) {
            waking.cancel(false);
        }
        awaited = tick;
        waking = loop.schedule(this::turn, tick * TICK_NANOS - elapsed, TimeUnit.NANOSECONDS);
    }

    private void turn() {
        waking = null;
        awaited = Long.MAX_VALUE;
        long elapsed = ticker.nanos() - origin;
        long tick = elapsed / TICK_NANOS;
        List<Entry> due = due(tick);
        lastTick = tick;
        if (size > due.size()) {
            await(nextTick(tick), elapsed);
        }
        // one task may call off the next
        for (Entry entry : due) {
            Runnable task = entry.take();
            if (task != null) {
                task.run();
            }
        }
    }

    private List<Entry> due(long tick) {
        List<Entry> due = new ArrayList<>();
        for (long passed = Math.max(lastTick, tick - SLOTS) + 1; passed <= tick; passed++) {
            Entry head = slot(passed);
            for (Entry entry = head.after; entry != head; entry = entry.after) {
                if (entry.tick <= tick) {
                    due.add(entry);
                }
            }
        }
        return due;
    }

    /** The next whose slot has timers, be they of a later turn. */
    private long nextTick(long tick) {
        long next = tick + 1;
        while (slot(next).after == slot(next)) {
            next++;
        }
        return next;
    }
}

package dev.echelon.store;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One caller who waits for an answer that others may share, on his own thread and with his own time. Made by the caller,
 * handed to {@link IdempotencyStore#enter} or {@link ResponseCache#enter}; hears of the end exactly once. Used on the scheduler's thread, but for
 * {@link #leave} and {@link #signal}.
 */
public final class Passenger {

    private final Scheduler scheduler;
    private final UnaryOperator<RouteInfo> secondHand;
    private final Consumer<Outcome> done;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicLong position = new AtomicLong();

    @Nullable
    private final AnswerSink sink;

    @Nullable
    private Flight flight;

    @Nullable
    private Recording recording;

    private Scheduler.Timer timer = Scheduler.Timer.NONE;
    private boolean leads;
    private boolean begun;
    private boolean waiting;
    private boolean over;

    /**
     * @param sink where a streamed answer goes; {@code null} for a plain one
     * @param secondHand what one is told who gets another's answer
     * @param done hears how it ended; for the one who leads, not before the call itself is over
     */
    public Passenger(
            Scheduler scheduler,
            @Nullable AnswerSink sink,
            UnaryOperator<RouteInfo> secondHand,
            Consumer<Outcome> done) {
        this.scheduler = scheduler;
        this.sink = sink;
        this.secondHand = secondHand;
        this.done = done;
    }

    /**
     * Begins to read, for one who does not lead.
     *
     * @param nanos until the answer, or the first content of a stream, must be there
     */
    public void follow(long nanos) {
        signal();
        if (!over && !begun) {
            timer = scheduler.schedule(
                    nanos,
                    () -> off(Outcome.failed(
                            FailureKind.TIMEOUT, "no answer in time to the request that this one repeats")));
        }
    }

    /** The caller is gone. From any thread. */
    public void leave() {
        scheduler.execute(() -> off(Outcome.failed(FailureKind.CANCELLED, "the caller went away")));
    }

    /** Whether its stream has begun. */
    public boolean begun() {
        return begun;
    }

    void lead(Flight leading, Recording recorded) {
        leads = true;
        follow(leading, recorded);
    }

    void follow(Flight joined, Recording recorded) {
        flight = joined;
        recording = recorded;
    }

    void replay(Recording kept) {
        recording = kept;
    }

    /** How many chunks it has read. */
    long position() {
        return position.get();
    }

    /** There is something new. From any thread. */
    void signal() {
        if (signalled.compareAndSet(false, true)) {
            scheduler.execute(this::read);
        }
    }

    private void read() {
        signalled.set(false);
        Recording from = Objects.requireNonNull(recording, "not aboard");
        Outcome end = null;
        try {
            while (end == null && !over && !waiting) {
                ChatChunk chunk = from.chunk(position());
                if (chunk != null) {
                    deliver(from, chunk);
                } else {
                    end = from.endAfter(position());
                    if (end == null) {
                        return;
                    }
                }
            }
        } catch (RuntimeException broken) {
            // a reader that fails is nobody else's concern
            end = new Outcome(null, broken, null, null, false);
        }
        if (end != null) {
            off(end);
        }
    }

    private void deliver(Recording from, ChatChunk chunk) {
        position.incrementAndGet();
        RouteInfo route = from.route();
        if (sink == null || route == null) {
            return;
        }
        if (!begun) {
            begun = true;
            timer.cancel();
            sink.begin(leads ? route : secondHand.apply(route));
        }
        if (!sink.chunk(chunk) && !over) {
            waiting = true;
            if (flight != null) {
                flight.fellBehind(this);
            }
            sink.onDrain(() -> scheduler.schedule(0, this::drained));
        }
    }

    private void drained() {
        waiting = false;
        if (flight != null && !over) {
            flight.hasRoom(this);
        }
        read();
    }

    private void off(Outcome outcome) {
        if (over) {
            return;
        }
        over = true;
        timer.cancel();
        if (flight == null) {
            done.accept(outcome.routed(secondHand));
            return;
        }
        flight.leave(this);
        if (leads) {
            // its exchange is the call's as long as that runs
            flight.afterLanding(() -> done.accept(outcome));
        } else {
            done.accept(outcome.routed(secondHand));
        }
    }
}

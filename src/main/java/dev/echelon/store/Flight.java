package dev.echelon.store;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one call that is made for all who ask for the same. It is the sink of its call and records what comes; each
 * passenger reads the recording at his own pace. The fastest of them sets the pace of the upstream: it is held back only
 * while all are behind. It is cancelled when the last passenger has left. Thread-safe; as a sink used by its call only.
 */
public final class Flight implements AnswerSink {

    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    private final Flights flights;
    private final AnswerKey key;
    private final String form;
    private final Recording recording;
    private final Scheduler scheduler;
    private final BiConsumer<Flight, Outcome> keep;
    private final Cancellation cancellation = new Cancellation();
    private final Set<Passenger> aboard = new HashSet<>();
    private final Set<Passenger> behind = new HashSet<>();
    private final List<Runnable> afterLanding = new ArrayList<>(1);

    @Nullable
    private Runnable drained;

    private boolean ended;
    private boolean over;

    Flight(
            Flights flights,
            AnswerKey key,
            String form,
            Recording recording,
            Scheduler scheduler,
            BiConsumer<Flight, Outcome> keep) {
        this.flights = flights;
        this.key = key;
        this.form = form;
        this.recording = recording;
        this.scheduler = scheduler;
        this.keep = keep;
    }

    /** For the call: cancelled when nobody waits for it any more. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** Whether a part of a streamed answer has come. */
    public boolean begun() {
        return recording.route() != null;
    }

    @Override
    public void begin(RouteInfo info) {
        recording.begin(info);
    }

    @Override
    public boolean chunk(ChatChunk chunk) {
        recording.add(chunk);
        List<Passenger> all = aboard();
        all.forEach(Passenger::signal);
        if (!recording.isWhole()) {
            recording.trim(
                    all.stream().mapToLong(Passenger::position).min().orElse(0),
                    all.stream().mapToLong(Passenger::position).max().orElse(0));
        }
        synchronized (this) {
            return !allAreBehind();
        }
    }

    @Override
    public void onDrain(Runnable listener) {
        synchronized (this) {
            if (allAreBehind()) {
                drained = listener;
                return;
            }
        }
        // not at once: whoever asks has yet to stop
        scheduler.schedule(0, listener);
    }

    /** The call is over: tells all who wait, and keeps a good answer for those who come later. */
    public void land(Outcome outcome) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        recording.end(outcome);
        flights.landed(this, outcome);
        List<Runnable> tasks;
        synchronized (this) {
            over = true;
            tasks = List.copyOf(afterLanding);
            afterLanding.clear();
        }
        aboard().forEach(passenger -> tell(passenger::signal));
        tasks.forEach(Flight::tell);
    }

    /** One whose own work fails on hearing of the end must not keep it from the others. */
    private static void tell(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException broken) {
            LOG.error("a caller failed to take its answer", broken);
        }
    }

    AnswerKey key() {
        return key;
    }

    /** What else two requests must have in common to share it. */
    String form() {
        return form;
    }

    void keep(Outcome outcome) {
        keep.accept(this, outcome);
    }

    Recording recording() {
        return recording;
    }

    /** Whether nobody can get aboard any more: it has landed, or all have left. */
    synchronized boolean isOver() {
        return over;
    }

    void boardFirst(Passenger passenger) {
        aboard.add(passenger);
        passenger.lead(this, recording);
    }

    /** False when it is over. */
    boolean board(Passenger passenger) {
        synchronized (this) {
            if (over) {
                return false;
            }
            aboard.add(passenger);
            passenger.follow(this, recording);
        }
        wake();
        return true;
    }

    /** The passenger's reader is full. */
    synchronized void fellBehind(Passenger passenger) {
        behind.add(passenger);
    }

    void hasRoom(Passenger passenger) {
        synchronized (this) {
            behind.remove(passenger);
        }
        wake();
    }

    void leave(Passenger passenger) {
        boolean empty;
        synchronized (this) {
            aboard.remove(passenger);
            behind.remove(passenger);
            empty = aboard.isEmpty() && !ended && !over;
            over |= empty;
        }
        if (empty) {
            flights.abandoned(this);
            cancellation.cancel();
        } else {
            wake();
        }
    }

    /** Runs the task when the call is over, which may be now. */
    void afterLanding(Runnable task) {
        synchronized (this) {
            if (!ended) {
                afterLanding.add(task);
                return;
            }
        }
        task.run();
    }

    private void wake() {
        Runnable listener;
        synchronized (this) {
            if (allAreBehind()) {
                return;
            }
            listener = drained;
            drained = null;
        }
        if (listener != null) {
            scheduler.schedule(0, listener);
        }
    }

    private boolean allAreBehind() {
        return !aboard.isEmpty() && behind.size() == aboard.size();
    }

    private synchronized List<Passenger> aboard() {
        return List.copyOf(aboard);
    }
}

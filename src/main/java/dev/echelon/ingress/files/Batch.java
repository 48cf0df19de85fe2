package dev.echelon.ingress.files;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ParsedRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a file's requests to its answers. Lines are read as there is room, sent many at a time and answered in the
 * order in which they finish; a request that finds no model free, or meets an outage, is sent again later. Everything but the calls happens on
 * one thread, which waits for none of them. The answers' custom_ids are those of the requests, each once; all of them are
 * kept in memory, some 100 bytes each.
 */
public final class Batch {

    private static final Duration LEAST_WAIT = Duration.ofMillis(500);
    private static final Duration MOST_WAIT = Duration.ofSeconds(30);

    /** So often a request may fail between answers of others; then it is to blame, and not an outage. */
    private static final int MOST_COUNTED = 5;

    private final BatchLines lines;
    private final AnswerFile answers;
    private final Prompts prompts;
    private final Bounds bounds;
    private final ScheduledExecutorService thread;
    private final LongSupplier nanos;
    private final Window window;
    private final Set<String> seen = new HashSet<>();
    private final Queue<Open> waiting = new PriorityQueue<>(Comparator.comparingLong(line -> line.due));

    private Consumer<@Nullable Exception> ended = failure -> {};
    private boolean stopped;
    private boolean exhausted;
    private boolean over;
    private int asked;
    private int open;
    private long held;
    private long earlier;
    private long answered;
    private long failed;
    private long repeated;

    @Nullable
    private Exception failure;

    @Nullable
    private String lastRefusal;

    private volatile BatchProgress progress = BatchProgress.NONE;

    /**
     * @param thread of one thread; may be shared by several batches
     * @param nanos a clock that only goes on
     */
    public Batch(
            BatchLines lines,
            AnswerFile answers,
            Prompts prompts,
            Bounds bounds,
            ScheduledExecutorService thread,
            LongSupplier nanos) {
        this.lines = lines;
        this.answers = answers;
        this.prompts = prompts;
        this.bounds = bounds;
        this.thread = thread;
        this.nanos = nanos;
        this.window = new Window(bounds.inFlight());
    }

    /**
     * @param inFlight requests under way at once
     * @param heldBytes lines of requests under way, in bytes; one line is always taken
     * @param maxAge how long a request that finds no model free, or meets an outage, is sent again
     */
    public record Bounds(int inFlight, long heldBytes, Duration maxAge) {

        /** A sixteenth of the heap for lines: they live there in up to three forms. */
        public static Bounds of(int inFlight, Duration maxAge) {
            return new Bounds(inFlight, Runtime.getRuntime().maxMemory() / 16, maxAge);
        }
    }

    private static final class Open {

        private final String customId;
        private final int bytes;
        private final ParsedRequest request;
        private final long since;
        private long due;
        private int tries;
        private int counted;
        private long answeredThen;

        private Open(BatchLine line, ParsedRequest request, long now, long answered) {
            this.customId = line.customId();
            this.bytes = line.bytes();
            this.request = request;
            this.since = now;
            this.due = now;
            this.answeredThen = answered;
        }
    }

    /**
     * Begins. Files are left open.
     *
     * @param whenEnded called once, on the batch's thread, when nothing is under way any more: with {@code null} when it
     *     is complete or was stopped, with an exception when the files failed
     */
    public void start(Consumer<@Nullable Exception> whenEnded) {
        thread.execute(() -> {
            ended = whenEnded;
            step();
        });
    }

    /** Sends nothing more; what is under way is still answered. */
    public void stop() {
        onThread(() -> {
            stopped = true;
            step();
        });
    }

    public BatchProgress progress() {
        return progress;
    }

    private void step() {
        try {
            while (!over && failure == null && !stopped && asked < window.size() && sendOne()) {
                // one more
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
        boolean complete = exhausted && open == 0;
        progress = new BatchProgress(
                earlier,
                answered,
                failed,
                repeated,
                open,
                complete && failure == null,
                waiting.isEmpty() ? null : lastRefusal);
        if (!over && asked == 0 && (complete || stopped || failure != null)) {
            over = true;
            ended.accept(failure);
        }
    }

    /** False when there is nothing to send now. */
    private boolean sendOne() throws IOException {
        Open again = waiting.peek();
        if (again != null && again.due - nanos.getAsLong() <= 0) {
            waiting.remove();
            send(again);
            return true;
        }
        if (exhausted || open >= bounds.inFlight() || (open > 0 && held >= bounds.heldBytes())) {
            return false;
        }
        BatchLine line = lines.next();
        if (line == null) {
            exhausted = true;
            return false;
        }
        take(line);
        return true;
    }

    private void take(BatchLine line) throws IOException {
        ParsedRequest request = line.request();
        if (!seen.add(line.customId())) {
            repeated++;
        } else if (answers.takeAnswered(line.customId())) {
            earlier++;
        } else if (request == null) {
            failed++;
            answers.append(AnswerLine.write(line.customId(), line.customId(), fault(line)));
        } else {
            Open taken = new Open(line, request, nanos.getAsLong(), answered);
            open++;
            held += taken.bytes;
            send(taken);
        }
    }

    private void send(Open line) {
        asked++;
        prompts.send(
                line.request,
                outcome -> onThread(() -> {
                    asked--;
                    heard(line, outcome);
                    step();
                }));
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // the process ends, and the next run asks again
        }
    }

    private void heard(Open line, Prompts.Outcome outcome) {
        long now = nanos.getAsLong();
        ModelFailure told = outcome.failure();
        boolean noRoom = told != null && isNoRoom(told);
        if (noRoom) {
            window.refused(now);
        } else if (told != null && answered > line.answeredThen) {
            line.answeredThen = answered;
            line.counted++;
        }
        if (told != null && (noRoom || mayBeOutage(line, told))) {
            if (now - line.since < bounds.maxAge().toNanos()) {
                later(line, told, now);
                return;
            }
        }
        open--;
        held -= line.bytes;
        try {
            ChatResponse response = outcome.response();
            if (response != null) {
                window.answered();
                answers.append(AnswerLine.write(line.customId, outcome.id(), response));
                answered++;
            } else if (told != null && !(stopped && told.kind() == FailureKind.CANCELLED)) {
                answers.append(AnswerLine.write(line.customId, outcome.id(), told));
                failed++;
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /** Nobody had room for it, and nobody looked at it. */
    private static boolean isNoRoom(ModelFailure failure) {
        return switch (failure.kind()) {
            case SATURATED, RATE_LIMIT, UNAVAILABLE -> true;
            default -> false;
        };
    }

    /** As long as others are not answered meanwhile. */
    private static boolean mayBeOutage(Open line, ModelFailure failure) {
        return switch (failure.kind()) {
            case TIMEOUT, NETWORK_ERROR, SERVER_ERROR, AUTH, QUOTA -> line.counted < MOST_COUNTED;
            default -> false;
        };
    }

    private void later(Open line, ModelFailure refusal, long now) {
        lastRefusal = refusal.code();
        Duration least = isNoRoom(refusal) ? LEAST_WAIT : LEAST_WAIT.multipliedBy(1L << Math.min(line.tries++, 6));
        Duration wait = refusal.retryAfter() == null ? least : refusal.retryAfter();
        long delay = Math.max(LEAST_WAIT.toNanos(), Math.min(MOST_WAIT.toNanos(), wait.toNanos()));
        line.due = now + delay;
        waiting.add(line);
        Future<?> unused = thread.schedule(this::step, delay, TimeUnit.NANOSECONDS);
    }

    private static ModelFailure fault(BatchLine line) {
        ModelFailure fault = line.fault();
        return fault == null ? ModelFailure.of(FailureKind.INVALID_REQUEST, "the line holds no request") : fault;
    }
}

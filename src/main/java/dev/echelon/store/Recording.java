package dev.echelon.store;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.RouteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it comes, for readers on any thread and at any pace. Written by one thread. It keeps everything up to the
 * bound of an answer; beyond that it is only a window over the latest chunks, which nobody can join any more. Thread-safe.
 */
final class Recording {

    /** What a window holds for readers who are behind the first one, in bytes. */
    static final long WINDOW = 256 * 1024;

    private final long most;
    private final ByteBudget budget;
    private final List<Recorded> chunks = new ArrayList<>();

    @Nullable
    private RouteInfo route;

    @Nullable
    private Outcome end;

    @Nullable
    private ChatChunk latest;

    private long dropped;
    private long size;
    private boolean window;

    /**
     * @param most bytes that this one may take
     * @param budget of all recordings under way
     */
    Recording(long most, ByteBudget budget) {
        this.most = most;
        this.budget = budget;
    }

    /** A kept answer, to be read once more. */
    static Recording of(CachedAnswer answer, Duration age, boolean streamed) {
        Outcome outcome = answer.outcome(age, streamed);
        Recording recording = new Recording(Long.MAX_VALUE, new ByteBudget(Long.MAX_VALUE));
        if (streamed && outcome.route() != null) {
            recording.begin(outcome.route());
            answer.events().forEach(recording::add);
        }
        recording.end(outcome);
        return recording;
    }

    synchronized void begin(RouteInfo info) {
        route = info;
    }

    /** Who answers; {@code null} until the first chunk is near. */
    synchronized @Nullable RouteInfo route() {
        return route;
    }

    private record Recorded(ChatChunk chunk, long size) {}

    synchronized void add(ChatChunk chunk) {
        Recorded next = record(chunk);
        long more = next.size();
        if (!window && (size + more > most || !budget.tryHold(more))) {
            window = true;
            budget.release(size);
        }
        size += more;
        chunks.add(next);
        latest = next.chunk();
    }

    /** Chunks of an answer share their envelope, which is most of what they are. */
    private Recorded record(ChatChunk chunk) {
        ChatChunk before = latest;
        if (before == null
                || !before.id().equals(chunk.id())
                || !before.model().equals(chunk.model())
                || !before.dialect().equals(chunk.dialect())
                || !before.extras().equals(chunk.extras())) {
            return new Recorded(chunk, AnswerSize.ofEnvelope(chunk) + AnswerSize.withoutEnvelope(chunk));
        }
        ChatChunk lean = new ChatChunk(
                before.id(),
                before.model(),
                chunk.created(),
                chunk.choices(),
                chunk.usage(),
                before.dialect(),
                before.extras());
        return new Recorded(lean, AnswerSize.withoutEnvelope(lean));
    }

    /** Drops what all have read; of a full window also what only the first reader has read. */
    synchronized void trim(long slowest, long fastest) {
        if (!window) {
            return;
        }
        drop(slowest);
        if (size > WINDOW) {
            drop(fastest);
        }
    }

    private void drop(long before) {
        int count = (int) Math.min(chunks.size(), Math.max(0, before - dropped));
        List<Recorded> oldest = chunks.subList(0, count);
        for (Recorded chunk : oldest) {
            size -= chunk.size();
        }
        oldest.clear();
        dropped += count;
    }

    /** Nothing comes any more. What is to be kept must be asked for before. */
    synchronized void end(Outcome outcome) {
        if (!window) {
            budget.release(size);
        }
        end = outcome;
    }

    /** Whether everything is here, and may be, from the first chunk on. */
    synchronized boolean isWhole() {
        return !window;
    }

    /** Every chunk; {@code null} when it is not whole. */
    synchronized @Nullable List<ChatChunk> all() {
        return window ? null : chunks.stream().map(Recorded::chunk).toList();
    }

    /** About how many bytes it takes. */
    synchronized long size() {
        return size;
    }

    /** The chunk with this number, from 0; {@code null} when it is not here yet, or no more. */
    synchronized @Nullable ChatChunk chunk(long number) {
        long index = number - dropped;
        return index >= 0 && index < chunks.size() ? chunks.get((int) index).chunk() : null;
    }

    /** How it ended for one who has read so many chunks; {@code null} while it goes on. */
    synchronized @Nullable Outcome endAfter(long read) {
        if (read < dropped) {
            return Outcome.failed(FailureKind.SATURATED, "the answer came faster than it was read");
        }
        return read >= dropped + chunks.size() ? end : null;
    }
}

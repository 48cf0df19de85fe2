package dev.echelon.ingress.kafka;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.ChunkJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a streamed answer to Kafka as it comes: a message an event, numbered from 0, and one that marks the end. They are
 * handed over one after the other, so that they stand in a partition in their order. Thread-safe; never blocks its caller.
 */
final class ChunkSink implements AnswerSink {

    /** What may lie unsent before the model is read no further, in bytes. */
    private static final int MOST_UNSENT = 256 * 1024;

    private static final byte[] END = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final Executor executor;
    private final BiConsumer<Chunk, Deliveries.Done> sender;
    private final int attempt;
    private final Deque<Chunk> unsent = new ArrayDeque<>();
    private int next;
    private int unsentBytes;
    private int unacknowledged;
    private boolean sending;
    private boolean begun;

    @Nullable
    private Exception failure;

    private Deliveries.@Nullable Done whenDone;

    @Nullable
    private Runnable drained;

    /**
     * One message.
     *
     * @param attempt which try of the prompt it belongs to, from 1: a try that broke off is begun anew from sequence 0
     * @param last whether it is the mark of the end
     */
    record Chunk(int attempt, int sequence, byte[] value, boolean last) {}

    /** @param sender hands a message to the client; says on any thread when it has been acknowledged */
    ChunkSink(Executor executor, int attempt, BiConsumer<Chunk, Deliveries.Done> sender) {
        this.executor = executor;
        this.attempt = attempt;
        this.sender = sender;
    }

    @Override
    public synchronized void begin(RouteInfo info) {
        begun = true;
    }

    @Override
    public boolean chunk(ChatChunk chunk) {
        return add(ChunkJson.write(chunk), false);
    }

    @Override
    public void onDrain(Runnable listener) {
        synchronized (this) {
            if (isFull()) {
                drained = listener;
                return;
            }
        }
        listener.run();
    }

    private boolean isFull() {
        return unsentBytes >= MOST_UNSENT;
    }

    synchronized boolean begun() {
        return begun;
    }

    /** Marks the end; says when everything has been acknowledged, or at once that something could not be sent. */
    void end(Deliveries.Done done) {
        Exception first;
        synchronized (this) {
            first = failure;
            whenDone = first == null ? done : null;
        }
        if (first == null) {
            add(END, true);
        } else {
            done.done(first);
        }
    }

    /** False when it is full now. */
    private boolean add(byte[] value, boolean last) {
        boolean room;
        synchronized (this) {
            if (failure != null) {
                // the answer begins anew: nobody waits for the rest of this one
                return true;
            }
            unsent.add(new Chunk(attempt, next++, value, last));
            unsentBytes += value.length;
            room = !isFull();
            if (sending) {
                return room;
            }
            sending = true;
        }
        executor.execute(this::send);
        return room;
    }

    private void send() {
        for (Chunk chunk = take(); chunk != null; chunk = take()) {
            tellRoom();
            try {
                sender.accept(chunk, this::acknowledged);
            } catch (RuntimeException e) {
                acknowledged(e);
            }
        }
        tellRoom();
    }

    private void tellRoom() {
        Runnable listener;
        synchronized (this) {
            listener = isFull() ? null : drained;
            drained = isFull() ? drained : null;
        }
        if (listener != null) {
            listener.run();
        }
    }

    @Nullable
    private synchronized Chunk take() {
        if (failure != null) {
            unsent.clear();
            unsentBytes = 0;
        }
        Chunk chunk = unsent.poll();
        unsentBytes -= chunk == null ? 0 : chunk.value().length;
        sending = chunk != null;
        unacknowledged += chunk == null ? 0 : 1;
        return chunk;
    }

    private void acknowledged(@Nullable Exception problem) {
        Deliveries.Done done;
        Exception first;
        synchronized (this) {
            unacknowledged--;
            failure = failure == null ? problem : failure;
            first = failure;
            boolean isOver = first != null || (unacknowledged == 0 && unsent.isEmpty());
            done = isOver ? whenDone : null;
            whenDone = done == null ? whenDone : null;
        }
        if (done != null) {
            done.done(first);
        }
    }
}

package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A streamed answer on its way to Kafka: in order, and never more than Kafka takes. */
class ChunkSinkTest {

    private static final String TEXT = "x".repeat(10_000);

    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<Integer> sent = new ArrayList<>();

    @Nullable
    private Exception refused;

    private final ChunkSink sink = new ChunkSink(work::add, 1, (chunk, done) -> {
        sent.add(chunk.sequence());
        done.done(refused);
    });

    private boolean chunk() {
        ChatChunk.Delta delta = new ChatChunk.Delta(0, null, TEXT, List.of(), null, Map.of(), Map.of());
        return sink.chunk(new ChatChunk("id", "m", 1, List.of(delta), null, ChatRequest.OPENAI, Map.of()));
    }

    @Test
    void aModelThatIsFasterThanKafkaIsHeldBackUntilThereIsRoom() {
        int taken = 1;
        while (chunk()) {
            taken++;
        }
        assertThat(taken).isBetween(20, 30);
        AtomicInteger drained = new AtomicInteger();
        sink.onDrain(drained::incrementAndGet);
        assertThat(drained).hasValue(0);

        work.remove().run();

        assertThat(drained).hasValue(1);
        assertThat(sent).hasSize(taken).isSorted();
        assertThat(chunk()).isTrue();
    }

    @Test
    void whoAsksWhileThereIsRoomIsToldAtOnce() {
        assertThat(chunk()).isTrue();
        AtomicInteger drained = new AtomicInteger();

        sink.onDrain(drained::incrementAndGet);

        assertThat(drained).hasValue(1);
    }

    @Test
    void whenAPieceIsRefusedNoOtherIsSentAndTheEndSaysSoAtOnce() {
        while (chunk()) {
            // until it is full
        }
        AtomicInteger drained = new AtomicInteger();
        sink.onDrain(drained::incrementAndGet);
        refused = new IllegalArgumentException("no such partition");

        work.remove().run();

        assertThat(sent).containsExactly(0);
        assertThat(drained).hasValue(1);
        assertThat(chunk()).isTrue();
        assertThat(work).isEmpty();
        AtomicReference<Exception> failure = new AtomicReference<>();
        sink.end(failure::set);
        assertThat(failure).hasValue(refused);
        assertThat(work).isEmpty();
    }

    @Test
    void whoWaitsForTheEndIsToldOfTheFirstRefusal() {
        assertThat(chunk()).isTrue();
        assertThat(chunk()).isTrue();
        List<Exception> failures = new ArrayList<>();
        sink.end(failures::add);
        refused = new IllegalArgumentException("no such partition");

        work.remove().run();

        assertThat(sent).containsExactly(0);
        assertThat(failures).containsExactly(refused);
    }
}

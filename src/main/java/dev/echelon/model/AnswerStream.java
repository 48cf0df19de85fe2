package dev.echelon.model;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of a streamed answer, held back until one of them has content. What was held back is bounded: a provider
 * that talks without saying anything is no answer.
 */
final class AnswerStream {

    private static final int MAX_HELD = 256;

    private final SseParser parser;
    private final StreamDecoder decoder;
    private final IntConsumer skipped;
    private final Consumer<ChatChunk> out;
    private final List<ChatChunk> held = new ArrayList<>(2);
    private boolean committed;

    @Nullable
    private Usage usage;

    /** @param skipped hears how many events could not be read, as they come */
    AnswerStream(StreamDecoder decoder, IntConsumer skipped, Consumer<ChatChunk> out) {
        this.decoder = decoder;
        this.skipped = skipped;
        this.out = out;
        this.parser = new SseParser(this::event);
    }

    void bytes(byte[] bytes) throws ModelFailure {
        parser.feed(bytes);
        settle();
    }

    /** No more bytes come. */
    void end() throws ModelFailure {
        parser.finish();
        settle();
    }

    private void event(String event, String data) throws ModelFailure {
        int before = decoder.skipped();
        decoder.event(event, data, this::chunk);
        int more = decoder.skipped() - before;
        if (more > 0) {
            skipped.accept(more);
        }
    }

    private void settle() throws ModelFailure {
        if (held.size() > MAX_HELD) {
            throw ModelFailure.of(FailureKind.BAD_RESPONSE, "the stream brings events without content");
        }
        if (decoder.finished()) {
            commit();
        }
    }

    boolean finished() {
        return decoder.finished();
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    private void chunk(ChatChunk chunk) {
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        if (committed) {
            out.accept(chunk);
            return;
        }
        held.add(chunk);
        if (chunk.hasContent()) {
            commit();
        }
    }

    private void commit() {
        committed = true;
        held.forEach(out);
        held.clear();
    }
}

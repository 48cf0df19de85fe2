package dev.echelon.model;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The body of an answer that is no event stream, collected within bounds and read once it is complete. */
final class AnswerBody {

    /** No model answers with more. */
    private static final int MAX_BYTES = 32 * 1024 * 1024;

    private static final Buffer EMPTY = Buffer.buffer(0);

    /** Of an error's body only the beginning is of interest. */
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final boolean good;
    private final ByteBudget memory;

    /** The first piece, which is often the whole, is kept as it came. */
    private Buffer bytes = EMPTY;

    private boolean copied;
    private long held;
    private boolean noRoom;

    /** @param memory of all answers under way */
    AnswerBody(boolean good, ByteBudget memory) {
        this.good = good;
        this.memory = memory;
    }

    /** Takes a piece; false when there is no room for it, or when it has told enough of an error. */
    boolean append(Buffer piece) {
        if (!good) {
            int room = MAX_ERROR_BYTES - bytes.length();
            if (room > 0) {
                add(piece.slice(0, Math.min(room, piece.length())));
            }
            return bytes.length() < MAX_ERROR_BYTES;
        }
        if (bytes.length() + piece.length() > MAX_BYTES) {
            return false;
        }
        noRoom = !memory.tryHold(piece.length());
        if (noRoom) {
            return false;
        }
        held += piece.length();
        add(piece);
        return true;
    }

    private void add(Buffer piece) {
        if (bytes.length() == 0) {
            bytes = piece;
            return;
        }
        if (!copied) {
            bytes = Buffer.buffer(bytes.length() + piece.length()).appendBuffer(bytes);
            copied = true;
        }
        bytes.appendBuffer(piece);
    }

    /** It is needed no more. */
    void release() {
        memory.release(held);
        held = 0;
    }

    /** What a body means whose end is not waited for. */
    ModelFailure tooLarge(Dialect dialect, HttpClientResponse answer) {
        if (noRoom) {
            return ModelFailure.of(FailureKind.SATURATED, "the answers under way take all memory there is for them")
                    .withStatus(503)
                    .withCode("overloaded")
                    .withRetryAfter(Duration.ofSeconds(1))
                    .asOurs();
        }
        return good
                ? ModelFailure.of(FailureKind.BAD_RESPONSE, "the answer is larger than " + MAX_BYTES + " bytes")
                : dialect.classify(answer.statusCode(), answer::getHeader, bytes.getBytes());
    }

    void finish(
            Dialect dialect,
            boolean streamWanted,
            HttpClientResponse answer,
            @Nullable String type,
            Consumer<ChatResponse> answered)
            throws ModelFailure {
        if (!good) {
            throw dialect.classify(answer.statusCode(), answer::getHeader, bytes.getBytes());
        }
        if (type == null || !type.toLowerCase(Locale.ROOT).contains("json")) {
            throw ModelFailure.of(FailureKind.BAD_RESPONSE, "the answer is no JSON");
        }
        ChatResponse response = dialect.parse(bytes.getBytes());
        if (streamWanted) {
            throw ModelFailure.of(FailureKind.BAD_RESPONSE, "a stream was asked for and none came");
        }
        answered.accept(response);
    }
}

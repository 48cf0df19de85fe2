package dev.echelon.model;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
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

    /** The first piece, which is often the whole, is kept as it came. */
    private Buffer bytes = EMPTY;

    private boolean copied;

    AnswerBody(boolean good) {
        this.good = good;
    }

    /** Takes a piece; false when the body is too large to be an answer, or has told enough of an error. */
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

    /** What a body means whose end is not waited for. */
    ModelFailure tooLarge(Dialect dialect, HttpClientResponse answer) {
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

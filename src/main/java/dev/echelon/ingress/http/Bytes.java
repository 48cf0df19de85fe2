package dev.echelon.ingress.http;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.util.Arrays;

/** A body that comes in pieces. One that comes as a whole is taken as it is; of others each byte is copied once. */
final class Bytes {

    /** What is reserved at once for a body of which nothing has come yet. */
    private static final int MOST_AT_FIRST = 64 * 1024;

    private final int expected;
    private byte[] bytes = {};
    private int length;

    /** @param expected the length, as far as it is known; 0 when it is not */
    Bytes(int expected) {
        this.expected = expected;
    }

    int length() {
        return length;
    }

    void append(Buffer piece) {
        int needed = length + piece.length();
        if (length == 0 && needed == expected) {
            bytes = allOf(piece);
            length = needed;
            return;
        }
        if (needed > bytes.length) {
            int reserved = length == 0 ? Math.min(expected, MOST_AT_FIRST) : bytes.length * 2;
            bytes = Arrays.copyOf(bytes, Math.max(needed, reserved));
        }
        piece.getBytes(bytes, length);
        length = needed;
    }

    /** What Vert.x hands over is nobody else's any more: where its array holds this and nothing else, that will do. */
    private static byte[] allOf(Buffer piece) {
        ByteBuf held = ((BufferImpl) piece).byteBuf();
        return held.hasArray() && held.arrayOffset() == 0 && held.array().length == piece.length()
                ? held.array()
                : piece.getBytes();
    }

    /** All of it; the last thing that is asked for. */
    byte[] take() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}

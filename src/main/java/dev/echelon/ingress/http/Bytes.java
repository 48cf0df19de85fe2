package dev.echelon.ingress.http;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** A body that comes in pieces. Where its length was told, each byte is copied once. */
final class Bytes {

    /** What is reserved at once for a body of which nothing has come yet. */
    private static final int MOST_AT_FIRST = 64 * 1024;

    private byte[] bytes;
    private int length;

    /** @param expected the length, as far as it is known; 0 when it is not */
    Bytes(int expected) {
        bytes = new byte[Math.min(expected, MOST_AT_FIRST)];
    }

    int length() {
        return length;
    }

    void append(Buffer piece) {
        int needed = length + piece.length();
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        piece.getBytes(bytes, length);
        length = needed;
    }

    /** All of it; the last thing that is asked for. */
    byte[] take() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}

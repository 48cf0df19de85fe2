package dev.echelon.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * The moment at which an event was written, as the digits of its content: nanoseconds of the clock that all processes of
 * a Linux machine share. One instance finds the stamps in the bytes of one stream, however they are cut.
 */
final class Stamp {

    static final int DIGITS = 19;

    private static final byte[] BEFORE = "\"content\":\"".getBytes(StandardCharsets.US_ASCII);

    private int matched;
    private int digits;
    private long value;

    static void write(ByteBuf out, long nanos) {
        int start = out.writerIndex();
        out.writeZero(DIGITS);
        long rest = nanos;
        for (int i = DIGITS - 1; i >= 0; i--) {
            out.setByte(start + i, (int) ('0' + rest % 10));
            rest /= 10;
        }
    }

    void read(ByteBuf bytes, LongConsumer found) {
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            next(bytes.getByte(i), found);
        }
    }

    private void next(byte b, LongConsumer found) {
        if (matched < BEFORE.length) {
            matched = b == BEFORE[matched] ? matched + 1 : b == BEFORE[0] ? 1 : 0;
        } else if (b >= '0' && b <= '9') {
            value = value * 10 + (b - '0');
            digits++;
            if (digits == DIGITS) {
                found.accept(value);
                reset();
            }
        } else {
            reset();
        }
    }

    private void reset() {
        matched = 0;
        digits = 0;
        value = 0;
    }
}

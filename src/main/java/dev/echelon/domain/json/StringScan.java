package dev.echelon.domain.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds the end of a JSON string without decoding it, eight bytes at a time. */
final class StringScan {

    /** There is no end, or the string cannot be passed on as it stands. */
    static final int NONE = -1;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;

    private StringScan() {}

    /**
     * The index of the closing quote; {@link #NONE} where it is missing or where an escape stands for a lone surrogate.
     *
     * @param from the first byte after the opening quote
     */
    static int end(byte[] json, int from) {
        int i = from;
        while (i < json.length) {
            while (i + Long.BYTES <= json.length && holdsNeither((long) LONGS.get(json, i))) {
                i += Long.BYTES;
            }
            if (i == json.length) {
                return NONE;
            }
            byte b = json[i];
            if (b == '"') {
                return i;
            }
            int length = b == '\\' ? escape(json, i) : 1;
            if (length == 0) {
                return NONE;
            }
            i += length;
        }
        return NONE;
    }

    private static boolean holdsNeither(long bytes) {
        return ((zeroes(bytes ^ QUOTES) | zeroes(bytes ^ BACKSLASHES)) & HIGH_BITS) == 0;
    }

    /** Has a high bit set if, and only if, some byte is zero. */
    private static long zeroes(long bytes) {
        return (bytes - ONES) & ~bytes;
    }

    /** Length of the escape, or pair of escapes, at {@code i}; 0 where it is a lone surrogate or cut off. */
    private static int escape(byte[] json, int i) {
        if (i + 1 >= json.length) {
            return 0;
        }
        if (json[i + 1] != 'u') {
            return 2;
        }
        int unit = unit(json, i);
        if (unit < 0 || Character.isLowSurrogate((char) unit)) {
            return 0;
        }
        if (!Character.isHighSurrogate((char) unit)) {
            return 6;
        }
        int second = unit(json, i + 6);
        return second >= 0 && Character.isLowSurrogate((char) second) ? 12 : 0;
    }

    /** The UTF-16 code unit of the escape at {@code i}, -1 where there is none. */
    private static int unit(byte[] json, int i) {
        if (i + 6 > json.length || json[i] != '\\' || json[i + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int k = i + 2; k < i + 6; k++) {
            int digit = Character.digit(json[k], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}

package dev.echelon.domain;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text that may still be what a JSON document has between two quotes. It is decoded when somebody reads it and written
 * as it stands otherwise: most prompts and answers only pass.
 */
public final class JsonText {

    private static final byte[] NONE = {};
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long BACKSLASHES = '\\' * ONES;

    private final byte[] json;
    private final int from;
    private final int to;

    @Nullable
    private String decoded;

    private JsonText(byte[] json, int from, int to, @Nullable String decoded) {
        this.json = json;
        this.from = from;
        this.to = to;
        this.decoded = decoded;
    }

    public static JsonText of(String text) {
        return new JsonText(NONE, 0, 0, text);
    }

    /**
     * The inside of a JSON string, which must be well-formed: valid UTF-8, valid escapes, no lone surrogate among them.
     *
     * @param json not copied: it must not change any more
     * @param from the first byte after the opening quote
     * @param to the closing quote
     */
    public static JsonText ofJson(byte[] json, int from, int to) {
        return new JsonText(json, from, to, null);
    }

    /** In UTF-16 code units, as {@link String#length}. */
    public int length() {
        return decoded == null && isPlain() ? to - from : toString().length();
    }

    /** About how much memory it keeps, in bytes; a document that several texts share counts for each. */
    public long bytesHeld() {
        return json.length + (decoded == null ? 0 : 2L * decoded.length());
    }

    /** Writes it as a string value. */
    public void writeTo(JsonGenerator out) throws IOException {
        if (json.length > 0) {
            out.writeRawUTF8String(json, from, to - from);
        } else {
            out.writeString(decoded);
        }
    }

    @Override
    public String toString() {
        if (decoded == null) {
            String raw = new String(json, from, to - from, StandardCharsets.UTF_8);
            int escape = raw.indexOf('\\');
            decoded = escape < 0 ? raw : unescaped(raw, escape);
        }
        return decoded;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonText text && toString().equals(text.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** Whether a byte is a character: ASCII without escapes. */
    private boolean isPlain() {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long bytes = (long) LONGS.get(json, i);
            long slashes = bytes ^ BACKSLASHES;
            // the first term has a high bit set if, and only if, a byte is a backslash
            if (((((slashes - ONES) & ~slashes) | bytes) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < to; i++) {
            if (json[i] < 0 || json[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String unescaped(String raw, int first) {
        StringBuilder text = new StringBuilder(raw.length());
        int done = 0;
        for (int escape = first; escape >= 0; escape = raw.indexOf('\\', done)) {
            text.append(raw, done, escape);
            char kind = raw.charAt(escape + 1);
            done = escape + 2;
            switch (kind) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(raw, done, done + 4, 16));
                    done += 4;
                }
                default -> text.append(kind);
            }
        }
        return text.append(raw, done, raw.length()).toString();
    }
}

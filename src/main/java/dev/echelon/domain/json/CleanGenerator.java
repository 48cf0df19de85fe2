package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Replaces lone surrogates by U+FFFD on the way out. They are legal as JSON escapes and hence arrive in strings, but no
 * UTF-8 can hold them: a plain generator would throw in mid-write.
 */
final class CleanGenerator extends JsonGeneratorDelegate {

    private static final int BLOCK = 128;

    /** For long texts alone, which are few. */
    private char[] block = {};

    CleanGenerator(JsonGenerator out) {
        // copies of trees must come back through the methods below
        super(out, false);
    }

    @Override
    public void writeString(@Nullable String text) throws IOException {
        super.writeString(text == null ? null : wellFormed(text));
    }

    @Override
    public void writeFieldName(String name) throws IOException {
        super.writeFieldName(wellFormed(name));
    }

    /** The very same string where it is well formed, which is nearly always. */
    private String wellFormed(String text) {
        return text.length() <= BLOCK || mayHoldSurrogates(text) ? clean(text) : text;
    }

    /** Chars in bulk: the JVM turns both loops into a few wide instructions. */
    private boolean mayHoldSurrogates(String text) {
        if (block.length == 0) {
            block = new char[BLOCK];
        }
        for (int from = 0; from < text.length(); from += BLOCK) {
            int length = Math.min(BLOCK, text.length() - from);
            text.getChars(from, from + length, block, 0);
            int all = 0;
            for (int i = 0; i < length; i++) {
                all |= block[i];
            }
            if (all >= Character.MIN_SURROGATE) {
                return true;
            }
        }
        return false;
    }

    static String clean(String text) {
        int lone = nextLone(text, 0);
        if (lone < 0) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder(text);
        for (; lone >= 0; lone = nextLone(text, lone + 1)) {
            cleaned.setCharAt(lone, '\uFFFD');
        }
        return cleaned.toString();
    }

    private static int nextLone(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}

package dev.echelon.ops;

/** Makes text harmless for a log line. Callers choose request ids, and with {@code allow_direct} model names. */
final class LogText {

    private static final int MAX_WORD = 128;
    private static final int MAX_LINE = 8_000;
    private static final char REPLACED = '_';

    private LogText() {}

    /** One word of a {@code key=value} list: no blanks, quotes, equal signs or control characters; at most 128 long. */
    static String clean(String word) {
        return cut(word, MAX_WORD, true);
    }

    /** Part of one line: no control characters; at most 8,000 long. */
    static String line(String text) {
        return cut(text, MAX_LINE, false);
    }

    private static String cut(String text, int max, boolean word) {
        int end = Math.min(text.length(), max);
        int first = 0;
        while (first < end && isHarmless(text.charAt(first), word)) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        char[] clean = text.substring(0, end).toCharArray();
        for (int i = first; i < end; i++) {
            clean[i] = isHarmless(clean[i], word) ? clean[i] : REPLACED;
        }
        return new String(clean);
    }

    private static boolean isHarmless(char c, boolean word) {
        if (Character.isLetterOrDigit(c)) {
            return true;
        }
        boolean printable = c >= ' ' && c < 0x7f;
        return printable && !(word && (c == ' ' || c == '"' || c == '=' || c == '\\'));
    }
}

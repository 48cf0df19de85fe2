package dev.echelon.config;

/** How pieces of a file appear in messages: short, on one line, without control characters. */
final class Shown {

    private static final int LONGEST = 80;

    private Shown() {}

    /** In double quotes. */
    static String text(String text) {
        return '"' + plain(text) + '"';
    }

    /** Cut at 80 characters, control characters and invisible ones escaped. */
    static String plain(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> append(out, c));
        if (text.codePointCount(0, text.length()) > LONGEST) {
            out.append("...");
        }
        return out.toString();
    }

    /** A message of the parser: as it is, unless it quotes something long. */
    static String message(String message) {
        int[] points = message.codePoints().toArray();
        if (points.length <= 2 * LONGEST) {
            StringBuilder out = new StringBuilder();
            message.codePoints().forEach(c -> append(out, c));
            return out.toString();
        }
        return plain(message) + " " + plain(new String(points, points.length - LONGEST, LONGEST));
    }

    private static void append(StringBuilder out, int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR) {
            out.append(String.format("\\u%04x", codePoint));
        } else {
            out.appendCodePoint(codePoint);
        }
    }
}

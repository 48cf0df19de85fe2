package dev.echelon.cli.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Text in words, which stand for tokens: split before every word, white space staying with the word before it, and
 * around every ideograph, since such scripts write without spaces.
 */
final class Words {

    private Words() {}

    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = endOfWord(text, from);
            words.add(text.substring(from, to));
            from = to;
        }
        return words;
    }

    static int count(String text) {
        int count = 0;
        for (int at = 0; at < text.length(); at = endOfWord(text, at)) {
            count++;
        }
        return count;
    }

    /** The first {@code limit} characters at most, with a mark where something was left out. */
    static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
        return text.substring(0, end) + "…";
    }

    private static int endOfWord(String text, int from) {
        int first = text.codePointAt(from);
        int at = from + Character.charCount(first);
        boolean single = Character.isIdeographic(first);
        boolean inSpace = Character.isWhitespace(first);
        while (at < text.length()) {
            int next = text.codePointAt(at);
            boolean space = Character.isWhitespace(next);
            if (!space && (single || inSpace || Character.isIdeographic(next))) {
                break;
            }
            inSpace = space;
            at += Character.charCount(next);
        }
        return at;
    }
}

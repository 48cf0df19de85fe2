package dev.echelon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a value for what the schema wants. A text that came out of an environment variable may stand for a number or a
 * boolean; one written as a text may not. Gives {@code null} after a report.
 */
final class Scalars {

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final Report report;

    Scalars(Report report) {
        this.report = report;
    }

    /** @param fallback what lenient mode uses instead, in words; {@code null} where there is nothing to use */
    @Nullable
    String text(Node node, String path, @Nullable String fallback) {
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        wrong(node, path, "a text in quotes", fallback);
        return null;
    }

    @Nullable
    Boolean bool(Node node, String path, @Nullable String fallback) {
        if (node instanceof Node.Scalar scalar) {
            if (scalar.value() instanceof Boolean bool) {
                return bool;
            }
            if (scalar.template() != null && scalar.value() instanceof String text) {
                if (text.equals("true") || text.equals("false")) {
                    return text.equals("true");
                }
            }
        }
        wrong(node, path, "true or false", fallback);
        return null;
    }

    /** @param whole whether a fraction is refused */
    @Nullable
    Number number(Node node, String path, boolean whole, Bounds bounds, @Nullable String fallback) {
        Number number = node instanceof Node.Scalar scalar ? number(scalar) : null;
        String expected = (whole ? "a whole number " : "a number ") + bounds;
        if (number == null || (whole && number instanceof Double)) {
            wrong(node, path, expected, fallback);
            return null;
        }
        if (!bounds.hold(number.doubleValue())) {
            unusable(node, path + " = " + node.shown() + " is out of range; write " + expected, fallback);
            return null;
        }
        return number;
    }

    /** One of the words of an enum, which are its names in lower case. */
    <E extends Enum<E>> @Nullable E choice(Node node, String path, Class<E> type, @Nullable String fallback) {
        String text = text(node, path, fallback);
        if (text == null) {
            return null;
        }
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(text)) {
                return constant;
            }
            words.add(word(constant));
        }
        unusable(
                node,
                path + " = " + node.shown() + " is none of " + String.join(", ", words) + DidYouMean.hint(text, words),
                fallback);
        return null;
    }

    static <E extends Enum<E>> String word(E constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A text that goes into a header and never into a message. White space around it is never meant. */
    @Nullable
    String credential(Node node, String path) {
        if (!(node instanceof Node.Scalar scalar) || !(scalar.value() instanceof String text)) {
            report.error(node.place(), path + " is no text; write it in quotes, best as \"${SOME_API_KEY:}\"");
            return null;
        }
        String value = text.strip();
        if (value.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            report.error(
                    node.place(),
                    path + " holds a space, a control character or a letter outside of ASCII (not shown);"
                            + " check the variable that it comes from");
            return null;
        }
        return value;
    }

    private void unusable(Node node, String message, @Nullable String fallback) {
        if (fallback == null) {
            report.error(node.place(), message);
        } else {
            report.unusable(node.place(), message, fallback);
        }
    }

    private static @Nullable Number number(Node.Scalar scalar) {
        if (scalar.value() instanceof Number number) {
            return number;
        }
        if (scalar.template() == null || !(scalar.value() instanceof String text)) {
            return null;
        }
        try {
            if (WHOLE.matcher(text).matches()) {
                return Long.valueOf(text);
            }
            return NUMBER.matcher(text).matches() ? Double.valueOf(text) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Reports a value of another type, unless it has been reported already. */
    void wrong(Node node, String path, String expected, @Nullable String fallback) {
        if (!(node instanceof Node.Scalar scalar) || !scalar.unreadable()) {
            unusable(node, path + " is " + node.shown() + "; write " + expected, fallback);
        }
    }
}

package dev.echelon.config;

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

    void unusable(Node node, String message, @Nullable String fallback) {
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

    private void wrong(Node node, String path, String expected, @Nullable String fallback) {
        if (!(node instanceof Node.Scalar scalar) || !scalar.unreadable()) {
            unusable(node, path + " is " + node.shown() + "; write " + expected, fallback);
        }
    }
}

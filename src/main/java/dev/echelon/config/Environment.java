package dev.echelon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts environment variables into the text values of a parsed file: <code>${VAR}</code>, <code>${VAR:default}</code>,
 * and <code>$${</code> for a literal <code>${</code>. It works on values, once, so that a variable can neither add keys
 * nor name another variable. An empty variable counts as unset.
 */
final class Environment {

    private static final Pattern NAME = Pattern.compile("[A-Z0-9_]+");
    private static final Pattern REFERENCE = Pattern.compile("(?<!\\$)\\$\\{([A-Z0-9_]+)[:}]");

    private final Function<String, @Nullable String> variables;
    private final Report report;

    Environment(Function<String, @Nullable String> variables, Report report) {
        this.variables = variables;
        this.report = report;
    }

    Node.Table expand(Node.Table table) {
        return expand(table, () -> "");
    }

    /** The variables a text reads, in its order. */
    static List<String> names(String template) {
        List<String> names = new ArrayList<>();
        Matcher matcher = REFERENCE.matcher(template);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return List.copyOf(names);
    }

    private Node.Table expand(Node.Table table, Supplier<String> path) {
        Map<String, Node> entries = new LinkedHashMap<>();
        table.entries().forEach((key, node) -> entries.put(key, expand(node, () -> Keys.join(path.get(), key))));
        return new Node.Table(table.place(), entries);
    }

    /** @param path made for problems only: most values hold no variable */
    private Node expand(Node node, Supplier<String> path) {
        if (node instanceof Node.Table table) {
            return expand(table, path);
        }
        if (node instanceof Node.Array array) {
            return new Node.Array(
                    array.place(),
                    array.items().stream().map(item -> expand(item, path)).toList());
        }
        if (node instanceof Node.Scalar scalar
                && scalar.value() instanceof String template
                && template.contains("${")) {
            String text = expand(template, scalar.place(), path.get());
            return new Node.Scalar(scalar.place(), text == null ? Node.Scalar.UNREADABLE : text, template);
        }
        return node;
    }

    private @Nullable String expand(String template, Place place, String path) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int open = template.indexOf("${"); open >= 0; open = template.indexOf("${", at)) {
            if (open > at && template.charAt(open - 1) == '$') {
                out.append(template, at, open - 1).append("${");
                at = open + 2;
                continue;
            }
            int close = template.indexOf('}', open);
            if (close < 0) {
                report.error(place, path + " has a ${ without its }; write $${ for a literal ${");
                return null;
            }
            String value = value(template.substring(open + 2, close), place, path);
            if (value == null) {
                return null;
            }
            out.append(template, at, open).append(value);
            at = close + 1;
        }
        return out.append(template, at, template.length()).toString();
    }

    /** @param reference what stands between the braces */
    private @Nullable String value(String reference, Place place, String path) {
        int colon = reference.indexOf(':');
        String name = colon < 0 ? reference : reference.substring(0, colon);
        if (!NAME.matcher(name).matches()) {
            report.error(
                    place,
                    path + " names the variable " + Shown.text(name)
                            + "; names are made of A-Z, 0-9 and _; write $${ for a literal ${");
            return null;
        }
        String fallback = colon < 0 ? null : reference.substring(colon + 1);
        if (fallback != null && fallback.contains("${")) {
            report.error(place, path + " has a variable in the default of " + name + "; write a plain default");
            return null;
        }
        String value = variables.apply(name);
        if (value != null && !value.isEmpty()) {
            return value;
        }
        if (fallback == null) {
            report.error(
                    place,
                    path + " needs the environment variable " + name + ", which is not set; set it, or write ${" + name
                            + ":default}");
        }
        return fallback;
    }
}

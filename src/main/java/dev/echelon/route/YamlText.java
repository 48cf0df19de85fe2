package dev.echelon.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Camel 4.18's YAML dumper writes what configures a step as the first of its inner steps; the loader wants it beside
 * them. Moves it there, so that the printed text can be loaded.
 */
final class YamlText {

    private static final Set<String> BESIDE = Set.of("- resilience4jConfiguration:", "- customLoadBalancer:");

    private YamlText() {}

    static String loadable(String dumped) {
        List<String> in = dumped.lines().toList();
        List<String> out = new ArrayList<>(in.size());
        for (int i = 0; i < in.size(); i++) {
            if (!isMisplaced(in, i)) {
                out.add(in.get(i));
                continue;
            }
            String steps = out.remove(out.size() - 1);
            int column = indent(in.get(i));
            out.add(" ".repeat(indent(steps)) + in.get(i).strip().substring(2));
            while (i + 1 < in.size() && indent(in.get(i + 1)) > column) {
                i++;
                out.add(" ".repeat(indent(steps) + 2) + in.get(i).strip());
            }
            out.add(steps);
        }
        return String.join("\n", out) + "\n";
    }

    private static boolean isMisplaced(List<String> lines, int at) {
        return at > 0
                && BESIDE.contains(lines.get(at).strip())
                && lines.get(at - 1).strip().equals("steps:");
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}

package dev.echelon.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a value for a list of texts, each of them once. */
final class Lists {

    private final Scalars scalars;
    private final Report report;

    Lists(Scalars scalars, Report report) {
        this.scalars = scalars;
        this.report = report;
    }

    /**
     * The elements that are texts; the others are reported.
     *
     * @param fallback what lenient mode uses instead of something that is no list, in words; {@code null} for nothing
     * @param element the same for an element
     */
    List<TableReader.Item> items(Node node, String path, @Nullable String fallback, @Nullable String element) {
        List<TableReader.Item> items = new ArrayList<>();
        if (node instanceof Node.Array array) {
            for (Node entry : array.items()) {
                String text = scalars.text(entry, "an entry of " + path, element);
                if (text != null && items.stream().anyMatch(item -> item.text().equals(text))) {
                    report.fault(entry.place(), path + " lists " + entry.shown() + " twice; take one out");
                } else if (text != null) {
                    items.add(new TableReader.Item(text, entry.place()));
                }
            }
        } else {
            scalars.wrong(node, path, "a list of texts, like [\"a\", \"b\"]", fallback);
        }
        return items;
    }
}

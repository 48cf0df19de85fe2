package dev.echelon.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The results as Markdown, as JSON and as a picture. */
final class Report {

    private final Results results;
    private final List<Jdk> jdks;

    Report(Results results, List<Jdk> jdks) {
        this.results = results;
        this.jdks = jdks;
    }

    /** Writes {@code results.md}, {@code results.json} and {@code results.svg}. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("results.md"), markdown());
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve("results.json").toFile(), results);
        Picture.write(folder.resolve("results.svg"), results);
    }

    String markdown() {
        StringBuilder text =
                new StringBuilder("# Measured ").append(results.at()).append("\n\n");
        results.conditions()
                .forEach(condition -> text.append("- ").append(condition).append('\n'));
        goals(text);
        results.tables().forEach(table -> table(text, table));
        return text.toString();
    }

    private void goals(StringBuilder text) {
        text.append("\n## Targets\n\n| figure | target |");
        jdks.forEach(jdk -> text.append(" JDK ").append(jdk.release()).append(" | |"));
        text.append("\n|---|---|").append("---:|---|".repeat(jdks.size())).append('\n');
        List<List<Goal>> budgets = jdks.stream().map(Goal::budget).toList();
        for (int i = 0; i < budgets.get(0).size(); i++) {
            Goal first = budgets.get(0).get(i);
            text.append("| ")
                    .append(first.text())
                    .append(" | ")
                    .append(first.target())
                    .append(" |");
            for (List<Goal> budget : budgets) {
                Goal goal = budget.get(i);
                text.append(' ')
                        .append(goal.seen(results))
                        .append(" | ")
                        .append(goal.verdict(results))
                        .append(" |");
            }
            text.append('\n');
        }
    }

    private static void table(StringBuilder text, Results.Table table) {
        text.append("\n## ")
                .append(table.name())
                .append("\n\n")
                .append(table.description())
                .append("\n\n| |");
        table.metrics()
                .forEach(metric -> text.append(' ').append(metric.label()).append(" |"));
        text.append("\n|---|").append("---:|".repeat(table.metrics().size())).append('\n');
        for (Row row : table.rows()) {
            String name = row.experiment().equals(table.name()) ? "" : row.experiment() + ": ";
            text.append("| ").append(name).append(row.subject()).append(" | ");
            text.append(table.metrics().stream()
                    .map(metric -> cell(row.value(metric), metric))
                    .collect(Collectors.joining(" | ")));
            text.append(" |\n");
        }
    }

    private static String cell(OptionalDouble value, Metric metric) {
        return value.isEmpty() ? "" : metric.format(value.getAsDouble());
    }
}

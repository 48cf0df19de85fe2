package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The tables' most telling columns as bars, in SVG. */
final class Picture {

    private static final int WIDTH = 900;
    private static final int LABEL = 250;
    private static final int BAR = 480;
    private static final int LINE = 22;
    private static final int TITLE = 40;

    private final StringBuilder svg = new StringBuilder();
    private int y = 10;

    private Picture() {}

    /** What is drawn: a column of a table. */
    private record Chart(String experiment, Metric metric, String title) {}

    private static final List<Chart> CHARTS = List.of(
            new Chart("throughput", Metric.REQUESTS_PER_SECOND, "Requests a second (more is better)"),
            new Chart("throughput", Metric.CPU_MICROS, "CPU µs a request"),
            new Chart("latency", Metric.ADDED_P50_MICROS, "Added at 200 requests/s, p50, µs"),
            new Chart("slow-5000", Metric.PEAK_RSS_MB, "5,000 slow calls: peak RSS, MB"),
            new Chart("streams-500", Metric.CPU_MICROS_PER_EVENT, "500 streams: CPU µs an event"),
            new Chart("streams-500", Metric.EVENT_P99_MILLIS, "500 streams: event delay, p99, ms"),
            new Chart("start", Metric.FIRST_ANSWER_MILLIS, "Start to the first answer, ms"));

    static void write(Path file, Results results) throws IOException {
        Picture picture = new Picture();
        for (Chart chart : CHARTS) {
            for (Results.Table table : results.tables()) {
                if (table.name().equals(chart.experiment())) {
                    picture.draw(chart, table.rows());
                }
            }
        }
        Files.writeString(file, picture.text());
    }

    private void draw(Chart chart, List<Row> rows) {
        List<Row> shown = rows.stream()
                .filter(row -> row.value(chart.metric()).isPresent())
                .toList();
        double most = shown.stream()
                .mapToDouble(row -> row.value(chart.metric()).orElse(0))
                .max()
                .orElse(1);
        text(10, y + TITLE - 14, "font-weight=\"bold\"", chart.title());
        y += TITLE;
        for (Row row : shown) {
            double value = row.value(chart.metric()).orElse(0);
            double width = Math.max(1, BAR * value / most);
            String colour = row.subject().startsWith("Echelon") ? "#2a6fb0" : "#b8bcc2";
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                    LABEL,
                    y,
                    width,
                    LINE - 6,
                    colour));
            text(LABEL - 8, y + 13, "text-anchor=\"end\"", row.subject());
            text((int) (LABEL + width + 6), y + 13, "", chart.metric().format(value));
            y += LINE;
        }
        y += LINE / 2;
    }

    private void text(int x, int baseline, String attributes, String words) {
        svg.append("<text x=\"%d\" y=\"%d\" %s>%s</text>%n"
                .formatted(x, baseline, attributes, words.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private String text() {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
                font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                %3$s</svg>
                """.formatted(WIDTH, y, svg);
    }
}

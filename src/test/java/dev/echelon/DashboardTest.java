package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.echelon.ops.MetricNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Grafana's dashboard shows metrics that there are, by labels that they have. */
class DashboardTest {

    private static final Pattern SERIES = Pattern.compile("\\b(?:echelon|gen_ai)_[a-z_]+(?=[\\[{) ]|$)");
    private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");

    private final JsonNode dashboard;

    DashboardTest() throws IOException {
        dashboard = new ObjectMapper()
                .readTree(Path.of("deploy/grafana/dashboards/echelon.json").toFile());
    }

    @Test
    void everySeriesIsOneOfOursWithItsLabels() {
        Map<String, Set<String>> series = series();
        Set<String> shown = new TreeSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                Set<String> labels = new HashSet<>();
                Matcher found = SERIES.matcher(BY.matcher(expression).replaceAll(""));
                while (found.find()) {
                    assertThat(series).as(expression).containsKey(found.group());
                    shown.add(found.group());
                    labels.addAll(series.get(found.group()));
                }
                Matcher by = BY.matcher(expression);
                while (by.find()) {
                    assertThat(labels).as(expression).contains(by.group(1).split(", ", -1));
                }
            }
        }
        assertThat(shown).hasSizeGreaterThan(15).contains("echelon_instances", "echelon_kafka_prompts_total");
    }

    @Test
    void everyPanelHasItsPlaceAndAsksTheProvisionedSource() {
        Set<String> places = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(places.add(panel.path("gridPos").toString())).isTrue();
            if (panel.path("type").asText().equals("row")) {
                continue;
            }
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("prometheus");
            assertThat(panel.path("targets")).isNotEmpty();
        }
        assertThat(dashboard.path("uid").asText()).isEqualTo("echelon");
    }

    /** Labels by series, as Prometheus writes them. */
    private static Map<String, Set<String>> series() {
        Map<String, Set<String>> series = new HashMap<>();
        for (MetricNames metric : MetricNames.values()) {
            String name = metric.metric().replace('.', '_');
            Set<String> labels = metric.labels().stream()
                    .map(label -> label.key().replace('.', '_'))
                    .collect(Collectors.toCollection(HashSet::new));
            String unit =
                    metric.type().unit() == null ? "" : "_" + metric.type().unit();
            switch (metric.type()) {
                case COUNTER -> series.put(name + "_total", labels);
                case GAUGE, GAUGE_SECONDS, GAUGE_BYTES -> series.put(name + unit, labels);
                case TIMER, SUMMARY -> {
                    series.put(name + unit + "_count", labels);
                    series.put(name + unit + "_sum", labels);
                    Set<String> withBounds = new HashSet<>(labels);
                    withBounds.add("le");
                    series.put(name + unit + "_bucket", withBounds);
                }
            }
        }
        return series;
    }
}

package dev.echelon.cli;

import dev.echelon.testing.ApiClient;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What {@code /observe/metrics} said at one moment: values by series, as Prometheus writes them. */
record Scrape(String text, Map<String, Double> series) {

    static Scrape of(TestGateway gateway) throws Exception {
        String text = new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()))
                .get("/observe/metrics")
                .body();
        Map<String, Double> series = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            int end = line.lastIndexOf(' ');
            if (!line.startsWith("#") && end > 0) {
                series.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
            }
        }
        return new Scrape(text, series);
    }

    /** The sum of the series of that name whose labels all match, written {@code key="value"}; NaN where there is none. */
    double sum(String name, String... labels) {
        double sum = Double.NaN;
        for (Map.Entry<String, Double> one : series.entrySet()) {
            if (one.getKey().matches(Pattern.quote(name) + "(\\{.*)?") && has(one.getKey(), labels)) {
                sum = (Double.isNaN(sum) ? 0 : sum) + one.getValue();
            }
        }
        return sum;
    }

    private static boolean has(String key, String... labels) {
        for (String label : labels) {
            if (!key.contains("{" + label) && !key.contains("," + label)) {
                return false;
            }
        }
        return true;
    }
}

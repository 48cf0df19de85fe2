package dev.echelon.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What one round on one subject gave. */
record Sample(Map<Metric, Double> values) {

    static Sample of(Map<Metric, Double> values) {
        return new Sample(new EnumMap<>(values));
    }

    /** Of each figure the median of the rounds. */
    static Sample median(List<Sample> rounds) {
        Map<Metric, Double> medians = new EnumMap<>(Metric.class);
        Set<Metric> metrics = new TreeSet<>();
        rounds.forEach(round -> metrics.addAll(round.values().keySet()));
        for (Metric metric : metrics) {
            medians.put(
                    metric,
                    median(rounds.stream()
                            .map(Sample::values)
                            .filter(values -> values.containsKey(metric))
                            .mapToDouble(values -> values.get(metric))
                            .toArray()));
        }
        return new Sample(medians);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}

package dev.echelon.bench;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What an experiment found of one subject.
 *
 * @param values of each figure the median of the rounds
 */
record Row(String experiment, String subject, Map<Metric, Double> values) {

    OptionalDouble value(Metric metric) {
        Double value = values.get(metric);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}

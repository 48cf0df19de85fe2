package dev.echelon.bench;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Everything that a run found.
 *
 * @param at the day, ISO
 * @param conditions the machine, the programs and their versions, what was left out; a sentence each
 */
record Results(String at, List<String> conditions, List<Table> tables) {

    /** What an experiment found. */
    record Table(String name, String description, List<Metric> metrics, List<Row> rows) {}

    /** A figure; empty where it was not measured. */
    OptionalDouble value(String experiment, String subject, Metric metric) {
        return tables.stream()
                .flatMap(table -> table.rows().stream())
                .filter(row ->
                        row.experiment().equals(experiment) && row.subject().equals(subject))
                .findFirst()
                .map(row -> row.value(metric))
                .orElse(OptionalDouble.empty());
    }

    /** One subject's figure, in those of another. */
    OptionalDouble ratio(String experiment, String subject, String other, Metric metric) {
        OptionalDouble one = value(experiment, subject, metric);
        OptionalDouble base = value(experiment, other, metric);
        return one.isEmpty() || base.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.getAsDouble() / base.getAsDouble());
    }

    /** How much a subject's figure is above another's. */
    OptionalDouble difference(String experiment, String subject, String other, Metric metric) {
        OptionalDouble one = value(experiment, subject, metric);
        OptionalDouble base = value(experiment, other, metric);
        return one.isEmpty() || base.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.getAsDouble() - base.getAsDouble());
    }
}

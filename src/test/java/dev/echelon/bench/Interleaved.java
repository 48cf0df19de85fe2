package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A load on several subjects that live side by side: a round on the first, one on the second, and so on, so that whatever
 * happens on the machine happens to all.
 */
record Interleaved(Load load, List<Subject> subjects, int rounds) implements Experiment {

    @Override
    public String name() {
        return load.name();
    }

    @Override
    public String description() {
        return load.description() + "; medians of " + rounds + (rounds == 1 ? " round" : " rounds");
    }

    @Override
    public List<Metric> metrics() {
        return load.metrics();
    }

    @Override
    public List<Row> run(Path folder, Progress progress) throws Exception {
        List<Subject.Running> running = new ArrayList<>();
        try (Workshop workshop = Workshop.open(folder, name(), load.upstream())) {
            try {
                start(workshop, running, progress);
                return rows(running, progress);
            } finally {
                running.forEach(Subject.Running::close);
            }
        }
    }

    private void start(Workshop workshop, List<Subject.Running> running, Progress progress) throws Exception {
        for (Subject subject : subjects) {
            try {
                Subject.Running started = subject.start(workshop);
                running.add(started);
                load.warmUp(started);
            } catch (IOException e) {
                progress.say(name() + ": " + subject.name() + " is left out: " + e.getMessage());
            }
        }
    }

    private List<Row> rows(List<Subject.Running> running, Progress progress) throws Exception {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            Sample direct = null;
            for (Subject.Running subject : running) {
                Sample sample = load.measure(subject);
                if (!subject.between()) {
                    direct = sample;
                } else if (direct != null) {
                    sample = added(sample, direct);
                }
                samples.computeIfAbsent(subject.name(), first -> new ArrayList<>())
                        .add(sample);
                progress.say("%s %d/%d: %s: %s".formatted(name(), round, rounds, subject.name(), text(sample)));
            }
        }
        List<Row> rows = new ArrayList<>();
        samples.forEach((subject, all) ->
                rows.add(new Row(name(), subject, Sample.median(all).values())));
        return rows;
    }

    /** How much longer it takes than with nothing between, in the same round. */
    private static Sample added(Sample sample, Sample direct) {
        Map<Metric, Double> values = new EnumMap<>(sample.values());
        add(values, Metric.ADDED_P50_MICROS, Metric.P50_MICROS, direct);
        add(values, Metric.ADDED_P99_MICROS, Metric.P99_MICROS, direct);
        return new Sample(values);
    }

    private static void add(Map<Metric, Double> values, Metric added, Metric whole, Sample direct) {
        Double with = values.get(whole);
        Double without = direct.values().get(whole);
        if (with != null && without != null) {
            values.put(added, with - without);
        }
    }

    private String text(Sample sample) {
        List<String> figures = new ArrayList<>();
        for (Metric metric : metrics()) {
            Double value = sample.values().get(metric);
            if (value != null) {
                figures.add(metric.format(value) + " " + metric.label());
            }
        }
        return String.join(", ", figures);
    }
}

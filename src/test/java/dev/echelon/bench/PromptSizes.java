package dev.echelon.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a longer prompt costs: CPU by its size, and the line through the figures. */
record PromptSizes(Loops loops, List<Subject> subjects, List<Integer> kilobytes, Duration round) implements Experiment {

    private static final int CONNECTIONS = 16;
    private static final int KB = 1024;
    /** Of each size. */
    private static final Throughput.WarmUp WARM_UP = new Throughput.WarmUp(30_000, Duration.ofSeconds(5));

    @Override
    public String name() {
        return "prompt-size";
    }

    @Override
    public String description() {
        return "prompts of " + kilobytes + " KB, and the line through their costs";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.CPU_MICROS, Metric.CPU_MICROS_PER_KB, Metric.FIT);
    }

    @Override
    public List<Row> run(Path folder, Progress progress) throws Exception {
        List<Row> rows = new ArrayList<>();
        List<Subject.Running> running = new ArrayList<>();
        try (Workshop workshop = Workshop.open(folder, name(), Behaviour.plain(Duration.ZERO))) {
            try {
                for (Subject subject : subjects) {
                    Subject.Running started = subject.start(workshop);
                    running.add(started);
                    load(1, Throughput.WarmUp.FULL).warmUp(started);
                }
                double[][] micros = new double[running.size()][kilobytes.size()];
                for (int size = 0; size < kilobytes.size(); size++) {
                    Load load = load(kilobytes.get(size), WARM_UP);
                    for (int i = 0; i < running.size(); i++) {
                        load.warmUp(running.get(i));
                    }
                    for (int i = 0; i < running.size(); i++) {
                        Sample sample = load.measure(running.get(i));
                        micros[i][size] = sample.values().get(Metric.CPU_MICROS);
                        Row row = new Row(load.name(), running.get(i).name(), sample.values());
                        rows.add(row);
                        progress.say(
                                "%s: %s: %.1f CPU µs/request".formatted(load.name(), row.subject(), micros[i][size]));
                    }
                }
                for (int i = 0; i < running.size(); i++) {
                    rows.add(fit(running.get(i).name(), micros[i]));
                }
            } finally {
                running.forEach(Subject.Running::close);
            }
        }
        return rows;
    }

    private Load load(int size, Throughput.WarmUp warmUp) {
        return new Throughput(loops, name() + "-" + size, CONNECTIONS, size * KB, warmUp, round);
    }

    private Row fit(String subject, double[] micros) {
        Line line = Line.through(
                kilobytes.stream().mapToDouble(Integer::doubleValue).toArray(), micros);
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.CPU_MICROS_PER_KB, line.slope());
        values.put(Metric.FIT, line.fit());
        return new Row(name(), subject, values);
    }
}

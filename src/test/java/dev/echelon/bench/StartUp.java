package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** From the start of the process to the first answer to a prompt, and the memory of one that has nothing more to do. */
record StartUp(String name, List<Subject> subjects, int rounds) implements Experiment {

    private static final Duration IDLE = Duration.ofSeconds(1);

    @Override
    public String description() {
        return "start to the first answer, and a second later; medians of " + rounds + " rounds";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.FIRST_ANSWER_MILLIS, Metric.RSS_MB);
    }

    @Override
    public List<Row> run(Path folder, Progress progress) throws Exception {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        try (Workshop workshop = Workshop.open(folder, name, Behaviour.plain(Duration.ZERO))) {
            for (int round = 1; round <= rounds; round++) {
                for (Subject subject : subjects) {
                    String what = "%s %d/%d: %s".formatted(name, round, rounds, subject.name());
                    try {
                        Sample sample = start(subject, workshop);
                        samples.computeIfAbsent(subject.name(), first -> new ArrayList<>())
                                .add(sample);
                        progress.say(what + ": " + sample.values());
                    } catch (IOException e) {
                        progress.say(what + " is left out: " + e.getMessage());
                    }
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        samples.forEach((subject, all) ->
                rows.add(new Row(name, subject, Sample.median(all).values())));
        return rows;
    }

    private static Sample start(Subject subject, Workshop workshop) throws Exception {
        long start = System.nanoTime();
        try (Subject.Running running = subject.start(workshop)) {
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.FIRST_ANSWER_MILLIS, (System.nanoTime() - start) / 1e6);
            TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
            values.put(Metric.RSS_MB, running.figures().residentMegabytes());
            return Sample.of(values);
        }
    }
}

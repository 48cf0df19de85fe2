package dev.echelon.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** first form */
public final class Bench {

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        Loops loops = Loops.of(2);
        System.out.println("transport " + Loops.kind());
        List<Subject> subjects = new ArrayList<>();
        subjects.add(new Direct());
        subjects.add(new Nginx(Path.of("/usr/sbin/nginx")));
        subjects.add(new HaProxy(Path.of("/usr/sbin/haproxy")));
        for (int release : new int[] {17, 25}) {
            Jdk jdk = Jdk.find(release).orElseThrow();
            subjects.add(new RawVertx(jdk));
            subjects.add(EchelonGateway.of(jdk));
        }
        subjects.add(new Portkey(Path.of("/usr/bin/node"), Portkey.SERVER.toAbsolutePath()));
        List<Load> loads = List.of(
                new Throughput(loops, "throughput", 64, 1024, Duration.ofSeconds(30), Duration.ofSeconds(3), 3),
                new Streams(loops, "streams-500", 500, 50, Duration.ofMillis(20), Duration.ofSeconds(1), 2, 3));
        Path root = Files.createTempDirectory("echelon-bench");
        List<String> only = List.of(arguments);
        for (Load load : loads) {
            if (!only.isEmpty() && !only.contains(load.name())) {
                continue;
            }
            try (Workshop workshop = Workshop.open(root, load.name(), load.upstream())) {
                List<Subject.Running> running = new ArrayList<>();
                Map<String, List<Sample>> samples = new LinkedHashMap<>();
                try {
                    for (Subject subject : subjects) {
                        Subject.Running started = subject.start(workshop);
                        running.add(started);
                        load.warmUp(started);
                    }
                    for (int round = 0; round < load.rounds(); round++) {
                        for (Subject.Running subject : running) {
                            Sample sample = load.measure(subject);
                            System.out.println(load.name() + " " + subject.name() + " " + sample.values());
                            samples.computeIfAbsent(subject.name(), k -> new ArrayList<>())
                                    .add(sample);
                        }
                    }
                } finally {
                    running.forEach(Subject.Running::close);
                }
                samples.forEach((name, rounds) -> System.out.println("MEDIAN " + load.name() + " " + name + " "
                        + Sample.median(rounds).values()));
            }
        }
        loops.close();
    }
}

package dev.echelon.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Batch files with the requests {@code r0}, {@code r1}, ... to the group {@code g}, and what came out of them. */
final class BatchFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private BatchFiles() {}

    static void write(Path file, int requests) throws IOException {
        Files.writeString(
                file, IntStream.range(0, requests).mapToObj(BatchFiles::line).collect(Collectors.joining()));
    }

    private static String line(int number) {
        return """
                {"custom_id":"r%d","method":"POST","url":"/v1/chat/completions","body":{"model":"g",\
                "messages":[{"role":"user","content":"prompt %1$d"}]}}
                """.formatted(number);
    }

    /** The files' group, of one model at the upstream. */
    static void configure(Path folder, FakeProvider upstream) throws IOException {
        TestGateway.in(folder).provider("up", "openai", upstream.baseUrl()).file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = 1000
                        rpm_limit = 1000000
                        priority = 1
                        """);
    }

    /** Whole lines of a file; 0 when there is none. */
    static int lines(Path file) throws IOException {
        return Files.exists(file)
                ? (int) Files.readString(file).chars().filter(c -> c == '\n').count()
                : 0;
    }

    /** The custom_ids of answers, in order. */
    static List<String> answered(Path file) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (JSON.readTree(line).path("response").isObject()) {
                ids.add(JSON.readTree(line).path("custom_id").asText());
            }
        }
        return ids;
    }

    static List<String> ids(int requests) {
        return IntStream.range(0, requests).mapToObj(i -> "r" + i).toList();
    }

    /** How often each prompt was asked for more than once, in all. */
    static int askedTwice(FakeProvider upstream) {
        List<Seen> all = upstream.requests();
        return all.size() - (int) all.stream().map(Seen::bodyText).distinct().count();
    }
}

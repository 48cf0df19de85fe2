package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The two examples of the seeds are no whole files: they go through every step before validation. */
class FragmentsTest {

    private final Report report = new Report();

    private Document prepared(String file, Document.Kind kind, Map<String, String> variables) throws IOException {
        Node.Table root = new TomlText(file, report)
                .parse(Files.readAllBytes(TestConfigs.SEEDS.resolve(file)))
                .orElseThrow();
        Function<String, @Nullable String> environment = variables::get;
        Document document = new Document(kind, "fragment", Place.of(file), root);
        return Documents.prepare(List.of(document), List::of, new Environment(environment, report), report)
                .get(0);
    }

    @Test
    void theEnvironmentExampleParsesAndExpands() throws IOException {
        Document document =
                prepared("example-environment.toml", Document.Kind.TASK_GROUP, Map.of("OPENAI_API_KEY", "sk-seed"));

        assertThat(report.failed()).isFalse();
        assertThat(Free.map(document.root()))
                .isEqualTo(Map.of(
                        "task_group",
                        Map.of(
                                "echelons",
                                Map.of(
                                        "echelon1",
                                        Map.of(
                                                "models", List.of("openai:gpt-4o"),
                                                "api_key", "sk-seed",
                                                "base_url", "https://api.openai.com")))));
    }

    @Test
    void theEnvironmentExampleWithoutItsVariableIsAnError() throws IOException {
        prepared("example-environment.toml", Document.Kind.TASK_GROUP, Map.of());

        assertThat(report.failed()).isTrue();
    }

    @Test
    void theInheritanceExampleMergesAndItsFlatKeysFindTheirPlace() throws IOException {
        Document document = prepared("example-inheritance.toml", Document.Kind.POOL, Map.of());

        assertThat(report.failed()).isFalse();
        assertThat(Free.map(document.root()))
                .isEqualTo(Map.of(
                        "pool",
                        Map.of(
                                "name",
                                "specific_pool",
                                "health_check",
                                Map.of("interval", 60L, "failure_threshold", 3L, "recovery_time", 60L))));
    }
}

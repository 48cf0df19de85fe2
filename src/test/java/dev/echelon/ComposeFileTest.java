package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class ComposeFileTest {

    private final Map<?, ?> gateway;

    ComposeFileTest() throws IOException {
        String text = Files.readString(Path.of("docker-compose.yml"));
        Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
        gateway = (Map<?, ?>) ((Map<?, ?>) root.get("services")).get("echelon");
    }

    @Test
    void theImageIsPinned() {
        assertThat((String) gateway.get("image")).matches("[a-z-]+:\\d+\\.\\d+\\.\\d+_\\d+-jre");
    }

    @Test
    void theJarAndTheFilesAreMountedReadOnly() {
        assertThat(list("volumes"))
                .extracting(
                        volume -> ((Map<?, ?>) volume).get("source"),
                        volume -> ((Map<?, ?>) volume).get("target"),
                        volume -> ((Map<?, ?>) volume).get("read_only"))
                .containsExactly(
                        tuple("./target/echelon.jar", "/echelon/echelon.jar", true),
                        tuple("./configs", "/echelon/configs", true),
                        tuple("./routes", "/echelon/routes", true));
    }

    @Test
    void onlyTheEdgeIsPublishedToOtherMachines() {
        assertThat(list("ports")).isEqualTo(List.of("8080:8080", "127.0.0.1:9876:9876"));
    }

    @Test
    void theCommandNamesWhatIsMountedAndPublished() {
        assertThat(list("command"))
                .isEqualTo(List.of(
                        "serve",
                        "--configs",
                        "/echelon/configs",
                        "--routes",
                        "/echelon/routes",
                        "--port",
                        "8080",
                        "--management-port",
                        "9876",
                        "--management-host",
                        "0.0.0.0"));
        assertThat(list("entrypoint")
                        .subList(
                                list("entrypoint").size() - 2,
                                list("entrypoint").size()))
                .isEqualTo(List.of("-jar", "/echelon/echelon.jar"));
    }

    @Test
    void keysArePassedOnAndNeverWrittenDown() {
        assertThat(list("environment"))
                .isEqualTo(List.of("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"));
    }

    @Test
    void theHealthCheckAsksTheManagementPort() throws Exception {
        try (FakeProvider management = FakeProvider.start()) {
            management.script(Behaviour.json("{\"status\":\"UP\"}"), Behaviour.status(503));

            assertThat(healthCheck(management.port())).isZero();
            assertThat(healthCheck(management.port())).isNotZero();

            assertThat(management.last().method()).isEqualTo("GET");
            assertThat(management.last().path()).isEqualTo("/observe/health/live");
        }
        assertThat(healthCheck(FakeProvider.refusedPort())).isNotZero();
    }

    /** Runs the check as Docker would, on another port; gives its exit status. */
    private int healthCheck(int port) throws IOException, InterruptedException {
        List<?> test = (List<?>) ((Map<?, ?>) gateway.get("healthcheck")).get("test");
        assertThat(test.get(0)).isEqualTo("CMD");
        List<String> command = test.stream()
                .skip(1)
                .map(word -> ((String) word).replace("$$", "$").replace("/9876", "/" + port))
                .toList();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<?> list(String key) {
        return (List<?>) gateway.get(key);
    }
}

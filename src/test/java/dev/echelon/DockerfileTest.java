package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DockerfileTest {

    private final List<String> lines;

    DockerfileTest() throws IOException {
        lines = Files.readAllLines(Path.of("Dockerfile"));
    }

    @Test
    void theImageIsPinnedAndRunsAsNobodySpecial() {
        assertThat(instruction("FROM")).matches("[a-z-]+:\\d+\\.\\d+\\.\\d+_\\d+-jre");
        assertThat(instruction("USER")).isEqualTo("1000:1000");
    }

    @Test
    void whatIsCopiedIsWhatDockerIsGiven() throws IOException {
        List<String> copied = lines.stream()
                .filter(line -> line.startsWith("COPY "))
                .map(line -> line.split(" ", -1)[1])
                .toList();

        assertThat(copied).containsExactly("bin", "target/echelon.jar", "configs", "routes");
        assertThat(Files.readAllLines(Path.of(".dockerignore")))
                .contains("*")
                .containsAll(copied.stream().map(path -> "!" + path).toList());
        assertThat(Path.of("bin/echelon")).isExecutable();
        assertThat(Path.of("configs")).isDirectory();
        assertThat(Path.of("routes")).isDirectory();
    }

    @Test
    void theCommandNamesWhatIsCopiedAndExposed() throws IOException {
        assertThat(words("ENTRYPOINT")).containsExactly("/echelon/bin/echelon");
        assertThat(words("CMD"))
                .containsExactly(
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
                        "0.0.0.0");
        assertThat(instruction("WORKDIR")).isEqualTo("/echelon");
        assertThat(instruction("EXPOSE")).isEqualTo("8080 9876");
    }

    @Test
    void theArchiveIsMadeByTheImagesJreFromWhatItStartsWith() {
        assertThat(lines)
                .containsSubsequence(
                        "COPY bin ./bin",
                        "COPY target/echelon.jar ./target/",
                        "COPY configs ./configs",
                        "RUN bin/echelon archive || true",
                        "USER 1000:1000");
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
        String check = instruction("HEALTHCHECK");
        List<String> command = array(check.substring(check.indexOf("CMD ") + 4)).stream()
                .map(word -> word.replace("/9876", "/" + port))
                .toList();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<String> words(String instruction) throws IOException {
        return array(instruction(instruction));
    }

    private static List<String> array(String json) throws IOException {
        return List.of(new ObjectMapper().readValue(json, String[].class));
    }

    private String instruction(String name) {
        List<String> found =
                lines.stream().filter(line -> line.startsWith(name + " ")).toList();
        assertThat(found).hasSize(1);
        return found.get(0).substring(name.length() + 1);
    }
}

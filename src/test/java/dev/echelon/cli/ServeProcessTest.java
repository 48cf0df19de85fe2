package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code echelon serve} as a process of its own, from its start to SIGTERM. */
class ServeProcessTest {

    private static final long START_SECONDS = 40;

    @TempDir
    private Path folder;

    @Test
    void whatIsUnderWayIsFinishedBeforeTheProcessEnds() throws Exception {
        int port = TestGateway.freePort();
        int management = TestGateway.freePort();
        File log = folder.resolve("log.txt").toFile();
        Process process = start(log, port, management);
        try {
            awaitReady(process, management, log);
            try (RawHttp stream = RawHttp.to(port)) {
                String prompt =
                        "{\"model\":\"fast_pool\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                                + "word ".repeat(30) + "\"}]}";
                Answer head = stream.send(RawHttp.post("/v1/chat/completions", prompt))
                        .head();
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("x-llm-simulated")).isEqualTo("true");
                assertThat(stream.event()).contains("chat.completion.chunk");

                process.destroy();
                List<String> rest = stream.events();

                assertThat(rest).hasSizeGreaterThan(20);
                assertThat(rest.get(rest.size() - 1)).as(read(log)).isEqualTo("[DONE]");
                assertThat(String.join("", rest)).doesNotContain("\"error\"");
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(read(log)).isTrue();
            assertThat(process.exitValue()).as(read(log)).isIn(0, 143);
            assertThat(read(log)).contains("SIMULATED").doesNotContain("ERROR", "Exception");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(File log, int port, int management) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Echelon.class.getName(),
                        "serve",
                        "--simulate",
                        "--simulate-latency=20",
                        "--simulate-interval=40",
                        "--drain-notice=1",
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--management-port=" + management)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    private static void awaitReady(Process process, int management, File log) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!isReady(management)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("not ready:\n" + read(log));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean isReady(int management) throws IOException {
        try (RawHttp health = RawHttp.to(management)) {
            Answer answer = health.send("GET /observe/health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .answer();
            return answer.status() == 200;
        } catch (ConnectException notYet) {
            return false;
        }
    }

    private static String read(File log) throws IOException {
        return Files.readString(log.toPath(), StandardCharsets.UTF_8);
    }
}

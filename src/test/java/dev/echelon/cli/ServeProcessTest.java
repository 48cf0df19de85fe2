package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.GatewayProcess;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code echelon serve} as a process of its own, from its start to SIGTERM. */
class ServeProcessTest {

    private static final List<String> SMALL = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
    private static final String[] SIMULATED = {"--simulate", "--simulate-latency=20", "--simulate-interval=40"};

    @TempDir
    private Path folder;

    @Test
    void whatIsUnderWayIsFinishedBeforeTheProcessEnds() throws Exception {
        try (GatewayProcess process = new GatewayProcess(folder, SMALL, with("--drain-notice=1"))) {
            try (RawHttp stream = RawHttp.to(process.port())) {
                begin(stream, 30);
                process.terminate();
                List<String> rest = stream.events();

                assertThat(rest).hasSizeGreaterThan(20);
                assertThat(rest.get(rest.size() - 1)).as(process.log()).isEqualTo("[DONE]");
                assertThat(String.join("", rest)).doesNotContain("\"error\"");
            }
            assertThat(process.awaitExit(Duration.ofSeconds(20))).isIn(0, 143);
            assertThat(process.log()).contains("SIMULATED").doesNotContain("ERROR", "Exception");
        }
    }

    @Test
    void whatTakesTooLongIsCutOffWithAnErrorEvent() throws Exception {
        try (GatewayProcess process =
                new GatewayProcess(folder, SMALL, with("--drain-notice=0", "--drain-timeout=1"))) {
            try (RawHttp stream = RawHttp.to(process.port())) {
                begin(stream, 1000);
                process.terminate();
                List<String> rest = stream.events();

                assertThat(rest.get(rest.size() - 1)).as(process.log()).contains("\"error\"", "stream_interrupted");
            }
            assertThat(process.awaitExit(Duration.ofSeconds(20))).isIn(0, 143);
            assertThat(process.log()).contains("1 requests were cut off after 1 s");
        }
    }

    private static void begin(RawHttp stream, int words) throws Exception {
        String prompt = "{\"model\":\"fast_pool\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "word ".repeat(words) + "\"}]}";
        Answer head = stream.send(RawHttp.post("/v1/chat/completions", prompt)).head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("x-llm-simulated")).isEqualTo("true");
        assertThat(stream.event()).contains("chat.completion.chunk");
    }

    private static String[] with(String... more) {
        String[] all = new String[SIMULATED.length + more.length];
        System.arraycopy(SIMULATED, 0, all, 0, SIMULATED.length);
        System.arraycopy(more, 0, all, SIMULATED.length, more.length);
        return all;
    }
}

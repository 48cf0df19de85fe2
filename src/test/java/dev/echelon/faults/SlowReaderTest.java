package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.ingress.http.EdgeSettings;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B2: a reader that takes almost nothing costs little memory, and in the end it is cut off. */
class SlowReaderTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final Duration STUCK = Duration.ofMillis(700);
    private static final long MOST_HELD = 256 * 1024;
    private static final long KEPT_BY_THE_UPSTREAM = 128 * 1024;

    private static FakeProvider provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m", "claude:m"]
                        concurrency_limit = 2
                        rpm_limit = 100000
                        priority = 1
                        """)
                .edge(usual -> new EdgeSettings(
                        usual.host(),
                        usual.port(),
                        usual.loops(),
                        usual.maxBodyBytes(),
                        usual.maxHeldBytes(),
                        usual.keepAlive(),
                        STUCK,
                        usual.simulated()))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
        provider.always(Behaviour.stream(Integer.MAX_VALUE, Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m"})
    void readerThatTakesNothingIsCutOffAndItsUpstreamWithIt(String model) throws Exception {
        try (RawHttp reader = stuckReader(model)) {
            Seen seen = provider.await(0, Duration.ofSeconds(2));

            seen.awaitAbandoned(Duration.ofSeconds(10));

            assertNothingHeld();
            assertThat(reader.closedByServer()).isTrue();
        }
    }

    @Test
    void readerOfSomeBytesASecondIsCutOffToo() throws Exception {
        try (RawHttp reader = stuckReader("up:m")) {
            Seen seen = provider.await(0, Duration.ofSeconds(2));
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (!seen.isAbandoned() && System.nanoTime() < end) {
                reader.skip(1);
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(seen.isAbandoned()).isTrue();
            assertNothingHeld();
        }
    }

    /** What the upstream has sent and no kernel holds is ours, but for what it keeps itself before it waits. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void littleIsHeldForAReaderThatTakesNothing() throws Exception {
        double ratio = readToWritten();
        try (RawHttp reader = stuckReader("up:m")) {
            Seen seen = provider.await(0, Duration.ofSeconds(2));
            awaitStandstill(seen);

            long held = seen.sentBytes() - inKernel(provider.port()) - (long) (inKernel(gateway.port()) * ratio);

            assertThat(inKernel(gateway.port())).isPositive();
            assertThat(held).isLessThan(MOST_HELD + KEPT_BY_THE_UPSTREAM);
        }
        assertNothingHeld();
    }

    /** Bytes that the gateway reads for each byte that it writes. */
    private static double readToWritten() throws Exception {
        provider.script(Behaviour.stream(50_000, Duration.ZERO));
        try (RawHttp reader = RawHttp.to(gateway.port())) {
            reader.send(RawHttp.post(CHAT, ApiClient.body("up:m", ",\"stream\":true")));
            int written = reader.everything().length();
            double ratio = (double) provider.last().sentBytes() / written;
            provider.reset();
            provider.always(Behaviour.stream(Integer.MAX_VALUE, Duration.ZERO));
            return ratio;
        }
    }

    private static RawHttp stuckReader(String model) throws IOException {
        RawHttp reader = RawHttp.to(gateway.port(), 4096);
        reader.send(RawHttp.post(CHAT, ApiClient.body(model, ",\"stream\":true")));
        return reader;
    }

    private static void awaitStandstill(Seen seen) {
        long[] last = {-1, 0};
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    long now = seen.sentBytes();
                    last[1] = now > 0 && now == last[0] ? last[1] + 1 : 0;
                    last[0] = now;
                    return last[1] >= 5;
                });
    }

    private static void assertNothingHeld() {
        await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> {
            assertThat(gateway.gateway().inFlight()).isZero();
            assertThat(gateway.gateway().states().echelons()).allMatch(echelon -> echelon.permits() == 0);
            assertThat(gateway.runtime().connections().active()).isZero();
        });
    }

    /** Bytes in the send and receive queues of all connections of a local port. */
    private static long inKernel(int port) throws IOException {
        String hex = String.format(Locale.ROOT, ":%04X", port);
        long bytes = 0;
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 4 && (fields[1].endsWith(hex) || fields[2].endsWith(hex))) {
                    String[] queues = fields[4].split(":", -1);
                    bytes += queues.length == 2 ? Long.parseLong(queues[0], 16) + Long.parseLong(queues[1], 16) : 0;
                }
            }
        }
        return bytes;
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code echelon batch} as a process of its own that is killed, interrupted and run again. */
class BatchProcessTest {

    private static final int REQUESTS = 400;
    private static final int IN_FLIGHT = 10;

    /** The number of the signal. */
    private static final int INTERRUPT = 2;

    @TempDir
    private Path folder;

    private final FakeProvider upstream = FakeProvider.start();
    private Path answers = Path.of("unset");

    @BeforeEach
    void prepare() throws IOException {
        answers = folder.resolve("answers.jsonl");
        upstream.always(Behaviour.hello().after(Duration.ofMillis(50)));
        BatchFiles.configure(folder, upstream);
        BatchFiles.write(folder.resolve("prompts.jsonl"), REQUESTS);
    }

    @AfterEach
    void close() {
        upstream.close();
    }

    @Test
    void afterAKillNothingIsLostOrAnsweredTwice() throws Exception {
        for (int seen : new int[] {50, 150}) {
            Process killed = start();
            try {
                awaitAnswers(seen);
            } finally {
                killed.destroyForcibly().waitFor();
            }
            assertThat(BatchFiles.lines(answers)).isBetween(seen, REQUESTS - 1);
        }
        Process last = start();
        try {
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();

            assertThat(last.exitValue()).as(log()).isZero();
            assertThat(BatchFiles.answered(answers)).containsExactlyInAnyOrderElementsOf(BatchFiles.ids(REQUESTS));
            assertThat(BatchFiles.lines(answers)).isEqualTo(REQUESTS);
            assertThat(BatchFiles.askedTwice(upstream)).isLessThanOrEqualTo(2 * IN_FLIGHT);
            assertThat(log()).contains("by an earlier run), 0 failed");
        } finally {
            last.destroyForcibly();
        }
    }

    @Test
    void anInterruptedRunFinishesWhatIsUnderWayAndSaysHowToGoOn() throws Exception {
        Process interrupted = start();
        try {
            awaitAnswers(50);
            boolean deaf = isInterruptIgnored();
            new ProcessBuilder("kill", deaf ? "-TERM" : "-INT", Long.toString(interrupted.pid()))
                    .start()
                    .waitFor();

            assertThat(interrupted.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(interrupted.exitValue()).isEqualTo(deaf ? 143 : 130);
            assertThat(log()).contains("the same command goes on from here").doesNotContain("Exception");
            int asked = upstream.count();
            assertThat(BatchFiles.answered(answers)).hasSize(asked).hasSizeLessThan(REQUESTS);
        } finally {
            interrupted.destroyForcibly();
        }
        Process last = start();
        try {
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();

            assertThat(BatchFiles.answered(answers)).containsExactlyInAnyOrderElementsOf(BatchFiles.ids(REQUESTS));
            assertThat(BatchFiles.askedTwice(upstream)).isZero();
        } finally {
            last.destroyForcibly();
        }
    }

    /** A shell starts what runs in its background so, and whoever is started by that cannot hear a Ctrl-C either. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        String mask = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(mask, 16) & 1L << (INTERRUPT - 1)) != 0;
    }

    private void awaitAnswers(int count) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> BatchFiles.lines(answers) >= count);
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.echelon.cli.Echelon",
                        "batch",
                        folder.resolve("prompts.jsonl").toString(),
                        "--output=" + answers,
                        "--in-flight=" + IN_FLIGHT,
                        "--configs=" + folder)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }
}

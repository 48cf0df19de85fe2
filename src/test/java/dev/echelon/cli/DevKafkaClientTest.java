package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.TestKafka;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person without Kafka's own tools sends prompts and reads answers. */
class DevKafkaClientTest {

    private static TestKafka kafka;

    private final RootLogging logging = new RootLogging();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        kafka = TestKafka.start(folder);
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @AfterEach
    void restoreLogging() {
        logging.restore();
    }

    private int run(String... args) {
        return Echelon.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void linesGoInAndMessagesWithTheirHeadersComeOut() throws Exception {
        kafka.topics(1, "by.hand");
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(
                "why\u001b is it blue?\nund warum größer?\n".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(run(
                            "dev-kafka",
                            "send",
                            "--brokers",
                            kafka.address(),
                            "--topic",
                            "by.hand",
                            "--header",
                            "llm-target=fast_pool",
                            "--header",
                            "llm-priority=batch"))
                    .isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(run("dev-kafka", "read", "--brokers", kafka.address(), "--topic", "by.hand", "--max", "2"))
                .isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "2 sent to by.hand",
                        "by.hand-0-0",
                        "  llm-target: fast_pool",
                        "  llm-priority: batch",
                        "why? is it blue?",
                        "by.hand-0-1",
                        "  llm-target: fast_pool",
                        "  llm-priority: batch",
                        "und warum größer?");
    }

    @Test
    void aTopicThatIsNotThereIsSaid() {
        assertThat(run("dev-kafka", "read", "--brokers", kafka.address(), "--topic", "nowhere"))
                .isEqualTo(Echelon.FAILED);
        assertThat(err.toString()).contains("there is no topic nowhere", kafka.address());
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.TestKafka;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Dead letters in a real broker, as a person sees them and sends them again. */
class DlqCommandTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static TestKafka kafka;

    private final RootLogging logging = new RootLogging();

    private record Run(int status, String out, String err) {}

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

    private static Run run(String topic, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Echelon.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] all = new String[args.length + 5];
        all[0] = "dlq";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--brokers";
        all[args.length + 2] = kafka.address();
        all[args.length + 3] = "--topic";
        all[args.length + 4] = topic;
        int status = line.execute(all);
        return new Run(status, out.toString(), err.toString());
    }

    private static void letter(String topic, String key, String value, String kind, String... more) throws Exception {
        List<String> headers = new ArrayList<>(List.of(
                "llm-target", "fast_pool",
                "kafka_dlt-original-topic", "llm.prompts",
                "kafka_dlt-original-partition", "1",
                "kafka_dlt-original-offset", "42",
                "kafka_dlt-exception-message", "it \u001b[31mfailed",
                "x-llm-error-kind", kind,
                "x-llm-error-code", "a_code",
                "x-llm-tries", "3",
                "x-llm-request-id", "id-" + key));
        headers.addAll(List.of(more));
        kafka.send(topic, key, value, headers.toArray(String[]::new));
    }

    @Test
    void theyAreListedAndSentAgainOnceAsTheyCame() throws Exception {
        kafka.topics(2, "a.dlq", "a.prompts");
        letter("a.dlq", "k1", "one", "timeout");
        letter("a.dlq", "k2", "two", "invalid_request");

        Run list = run("a.dlq", "list");
        assertThat(list.status()).isZero();
        assertThat(list.out())
                .contains("from llm.prompts-1-42 timeout/a_code tries 3: it ?[31mfailed", "2 dead letters");
        assertThat(run("a.dlq", "list", "--kind", "timeout").out()).contains("1 dead letters");

        Run replay = run("a.dlq", "replay", "--to", "a.prompts");
        assertThat(replay.out()).as(replay.err()).contains("2 sent to a.prompts, 0 of another kind");
        List<ConsumerRecord<byte[], byte[]>> prompts = kafka.read("a.prompts", 2, SOON);
        assertThat(prompts).extracting(it -> TestKafka.text(it.value())).containsExactlyInAnyOrder("one", "two");
        assertThat(prompts).allSatisfy(it -> {
            assertThat(TestKafka.header(it, "llm-target")).isEqualTo("fast_pool");
            assertThat(TestKafka.header(it, "x-request-id"))
                    .as("the id of its answer")
                    .isEqualTo("id-" + TestKafka.text(it.key()));
            assertThat(it.headers()).noneMatch(header -> header.key().startsWith("x-llm-"));
            assertThat(it.headers()).noneMatch(header -> header.key().startsWith("kafka_dlt-"));
        });

        assertThat(run("a.dlq", "replay", "--to", "a.prompts").out()).contains("0 sent to");
        assertThat(run("a.dlq", "list").out()).contains("0 dead letters");
        assertThat(run("a.dlq", "list", "--all").out()).contains("2 dead letters");
        letter("a.dlq", "k3", "three", "timeout");
        assertThat(run("a.dlq", "replay", "--to", "a.prompts").out()).contains("1 sent to");
    }

    @Test
    void onlyOneKindAndNothingThatIsIncomplete() throws Exception {
        kafka.topics(1, "b.dlq", "b.prompts");
        letter("b.dlq", "k1", "one", "timeout");
        letter("b.dlq", "k2", "two", "invalid_request");
        letter("b.dlq", "k3", "", "timeout", "kafka_dlt-original-value-left-out", "20000000");
        letter("b.dlq", "k4", "four", "timeout", "kafka_dlt-original-headers-left-out", "20000000");
        letter("b.dlq", "", "five", "timeout", "kafka_dlt-original-key-left-out", "20000000");

        assertThat(run("b.dlq", "replay", "--to", "b.prompts", "--kind", "timeout")
                        .out())
                .contains("1 sent to b.prompts, 1 of another kind, 3 incomplete");
        assertThat(kafka.read("b.prompts", 1, SOON))
                .extracting(it -> TestKafka.text(it.value()))
                .containsExactly("one");
    }

    @Test
    void aTopicThatIsNotThereIsSaid() {
        Run run = run("no.such.topic", "list");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("echelon: ").contains("(brokers: " + kafka.address() + ")");
    }
}

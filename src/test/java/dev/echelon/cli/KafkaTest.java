package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts from Kafka, through a real broker and the whole gateway. */
class KafkaTest {

    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private static TestKafka kafka;
    private static FakeProvider provider;

    private final String prompts = "prompts-" + TOPICS.incrementAndGet();
    private final String answers = prompts + "-answers";
    private final String dlq = prompts + "-dlq";

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        kafka = TestKafka.start(data);
        provider = FakeProvider.start();
    }

    @AfterAll
    static void stop() {
        provider.close();
        kafka.close();
    }

    @BeforeEach
    void topics() throws Exception {
        provider.reset();
        kafka.topics(2, prompts, answers, dlq, prompts + "-mine");
    }

    private TestGateway gateway(String... settings) throws Exception {
        Map<String, String> properties = new HashMap<>(Map.of(
                "prompts",
                prompts,
                "answers",
                answers,
                "dlq",
                dlq,
                "group",
                prompts,
                "reply-topics",
                prompts + "-mine"));
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = 300
                        rpm_limit = 1000000
                        priority = 1
                        max_retries = 0
                        [task_group.circuit_breaker]
                        failure_threshold = 3
                        recovery_time = 1
                        half_open_requests = 1
                        """)
                .kafka(kafka.address(), properties)
                .start();
    }

    private static String prompt(String text) {
        return "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    @Test
    void aPromptIsAnsweredWithWhatItsSenderNeedsToKnowItAgain() throws Exception {
        provider.always(Behaviour.text("blue"));
        ProducerRecord<byte[], byte[]> record = TestKafka.record(
                prompts,
                "customer-7",
                prompt("Why?"),
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        byte[] correlation = {0, 1, (byte) 0xff, 42};
        record.headers().add("kafka_correlationId", correlation);
        try (TestGateway gateway = gateway()) {
            kafka.send(record);
            ConsumerRecord<byte[], byte[]> answer =
                    kafka.read(answers, 1, PATIENT).get(0);

            assertThat(text(answer.value())).contains("\"content\":\"blue\"", "chat.completion");
            assertThat(text(answer.key())).isEqualTo("customer-7");
            assertThat(answer.headers().lastHeader("kafka_correlationId").value())
                    .isEqualTo(correlation);
            assertThat(header(answer, "traceparent")).startsWith("00-0af7651916cd43dd");
            assertThat(header(answer, "x-llm-request-id")).startsWith(prompts + "-");
            assertThat(header(answer, "x-llm-target")).isEqualTo("g");
            assertThat(header(answer, "x-llm-instance")).isEqualTo("g.e1/up:m");
            assertThat(header(answer, "x-llm-attempts")).isEqualTo("1");
            assertThat(header(answer, "x-llm-prompt-tokens")).isNotEmpty();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }
}

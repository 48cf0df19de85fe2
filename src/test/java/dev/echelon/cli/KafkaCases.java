package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.TestKafka;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts from Kafka, through a real broker and the whole gateway: what each way of committing has to do. */
abstract class KafkaCases {

    static final Duration PATIENT = Duration.ofSeconds(20);
    static final String ANSWERED = "outcome=\"answered\"";
    private static final String DEAD_LETTER = "outcome=\"dead_letter\"";
    private static final String INVALID = "error_type=\"invalid_request\"";
    private static final String NO_ERROR = "error_type=\"\"";
    private static final AtomicInteger TOPICS = new AtomicInteger();

    static TestKafka kafka;
    static FakeProvider provider;

    final String prompts = "prompts-" + TOPICS.incrementAndGet();
    final String answers = prompts + "-answers";
    final String dlq = prompts + "-dlq";

    @TempDir
    Path folder;

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

    TestGateway gateway(String... settings) throws Exception {
        return files(settings).start();
    }

    TestGateway.ConfigFiles files(String... settings) throws Exception {
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
        properties.putAll(mode());
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", group("g", "m"))
                .file("task-groups/h.toml", group("h", "n"))
                .kafka(kafka.address(), properties);
    }

    /** Settings of all gateways of this class. */
    Map<String, String> mode() {
        return Map.of();
    }

    private static String group(String name, String model) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = ["up:%s"]
                concurrency_limit = 300
                rpm_limit = 1000000
                priority = 1
                max_retries = 0
                [task_group.circuit_breaker]
                failure_threshold = 3
                recovery_time = 1
                half_open_requests = 1
                """.formatted(name, model);
    }

    static String prompt(String text) {
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

    @Test
    void anAnswerGoesToATopicOnTheListAndToNoOther() throws Exception {
        ProducerRecord<byte[], byte[]> allowed =
                TestKafka.record(prompts, "k", prompt("allowed"), "kafka_replyTopic", prompts + "-mine");
        allowed.headers()
                .add("kafka_replyPartition", ByteBuffer.allocate(4).putInt(1).array());
        try (TestGateway gateway = gateway()) {
            kafka.send(allowed);
            kafka.send(prompts, "k", prompt("forbidden"), "kafka_replyTopic", "__consumer_offsets");
            ConsumerRecord<byte[], byte[]> answer =
                    kafka.read(prompts + "-mine", 1, PATIENT).get(0);
            ConsumerRecord<byte[], byte[]> dead = kafka.read(dlq, 1, PATIENT).get(0);

            assertThat(answer.partition()).isOne();
            assertThat(header(dead, "x-llm-error-code")).isEqualTo("reply_topic_not_allowed");
            assertThat(provider.count()).isOne();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void anAnswerToAPartitionThatIsNotThereIsADeadLetterAndHoldsNothingUp() throws Exception {
        try (TestGateway gateway = gateway()) {
            for (int i = 0; i < 6; i++) {
                kafka.send(toPartition99("lost"));
            }
            kafka.send(prompts, "k", prompt("fine"));
            assertThat(kafka.read(answers, 1, PATIENT)).hasSize(1);
            assertThat(kafka.read(dlq, 6, PATIENT))
                    .hasSize(6)
                    .extracting(it -> header(it, "x-llm-error-code"))
                    .isSubsetOf("reply_failed", "invalid_header")
                    .contains("reply_failed");
            int asked = provider.count();

            // by now it is known what partitions there are
            kafka.send(toPartition99("known"));

            assertThat(header(kafka.read(dlq, 7, PATIENT).get(6), "x-llm-error-code"))
                    .isEqualTo("invalid_header");
            assertThat(provider.count()).isEqualTo(asked);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private ProducerRecord<byte[], byte[]> toPartition99(String text) {
        ProducerRecord<byte[], byte[]> record = TestKafka.record(prompts, "k", prompt(text));
        record.headers()
                .add("kafka_replyPartition", ByteBuffer.allocate(4).putInt(99).array());
        return record;
    }

    @Test
    void whatCannotBeAPromptBecomesADeadLetterAndHoldsNothingUp() throws Exception {
        byte[] badUtf8 = "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        badUtf8[badUtf8.length - 5] = (byte) 0xC3;
        String large = prompt("x".repeat(5 * 1024 * 1024));
        try (TestGateway gateway = gateway()) {
            kafka.send(prompts, "1", "certainly not JSON");
            kafka.send(new ProducerRecord<>(prompts, 0, "2".getBytes(StandardCharsets.UTF_8), null));
            kafka.send(prompts, "3", large);
            kafka.send(new ProducerRecord<>(prompts, 0, "4".getBytes(StandardCharsets.UTF_8), badUtf8));
            kafka.send(prompts, "5", "{\"model\":\"nobody\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}");
            kafka.send(prompts, "6", "plain text without a target", "content-type", "text/plain");
            kafka.send(prompts, "7", prompt("late"), "x-request-timeout-ms", "soon");
            kafka.send(prompts, "8", prompt("fine"));
            List<ConsumerRecord<byte[], byte[]>> answered = kafka.read(answers, 1, PATIENT);
            List<ConsumerRecord<byte[], byte[]>> dead = kafka.read(dlq, 7, PATIENT);

            assertThat(answered).hasSize(1);
            assertThat(text(answered.get(0).key())).isEqualTo("8");
            Map<String, String> codes = new HashMap<>();
            dead.forEach(it -> codes.put(text(it.key()), header(it, "x-llm-error-code")));
            assertThat(codes)
                    .containsEntry("1", "invalid_request")
                    .containsEntry("2", "tombstone")
                    .containsEntry("3", "request_too_large")
                    .containsEntry("4", "invalid_request")
                    .containsEntry("5", "model_not_found")
                    .containsEntry("6", "no_target")
                    .containsEntry("7", "invalid_header")
                    .hasSize(7);
            assertThat(dead).allSatisfy(it -> {
                assertThat(header(it, "kafka_dlt-original-topic")).isEqualTo(prompts);
                assertThat(header(it, "kafka_dlt-original-offset")).matches("\\d+");
                assertThat(header(it, "kafka_dlt-exception-message")).isNotEmpty();
            });
            ConsumerRecord<byte[], byte[]> text = dead.stream()
                    .filter(it -> text(it.key()).equals("1"))
                    .findFirst()
                    .orElseThrow();
            assertThat(text(text.value())).isEqualTo("certainly not JSON");
            await().atMost(PATIENT)
                    .untilAsserted(() -> assertThat(open(prompts)).isZero());
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void metricsTellWhatIsUnderWayAndHowItEnded() throws Exception {
        Behaviour slow = Behaviour.hello().after(Duration.ofSeconds(3));
        provider.scriptFor("m", slow, slow);
        String topic = "topic=\"" + prompts + "\"";
        try (TestGateway gateway = gateway()) {
            await().atMost(PATIENT).until(() -> Scrape.of(gateway).sum("echelon_kafka_partitions", topic) == 2);
            Scrape before = Scrape.of(gateway);
            assertThat(before.sum("echelon_kafka_prompts_total", topic, ANSWERED))
                    .isZero();
            kafka.send(prompts, "1", prompt("slow"));
            kafka.send(prompts, "2", prompt("slow too"));
            kafka.send(prompts, "3", "no JSON");
            kafka.send(prompts, "4", "{\"model\":\"g\",\"messages\":[]}");
            await().atMost(PATIENT).untilAsserted(() -> {
                Scrape during = Scrape.of(gateway);
                assertThat(during.sum("echelon_kafka_in_flight", topic)).isEqualTo(2);
                assertThat(during.sum("echelon_kafka_waiting", topic)).isZero();
                assertThat(during.sum("echelon_kafka_oldest_seconds", topic)).isBetween(0.01, 30.0);
                assertThat(during.sum("echelon_kafka_prompts_total", topic, DEAD_LETTER, INVALID))
                        .isEqualTo(2);
                assertThat(during.sum("echelon_kafka_prompts_total", topic, ANSWERED))
                        .isZero();
            });
            await().atMost(PATIENT).untilAsserted(() -> {
                Scrape after = Scrape.of(gateway);
                assertThat(after.sum("echelon_kafka_in_flight", topic)).isZero();
                assertThat(after.sum("echelon_kafka_oldest_seconds", topic)).isZero();
                assertThat(after.sum("echelon_kafka_prompts_total", topic, ANSWERED, NO_ERROR))
                        .isEqualTo(2);
                assertThat(after.sum("echelon_kafka_prompts_total", topic, DEAD_LETTER))
                        .isEqualTo(2);
            });
            assertThat(kafka.read(answers, 2, PATIENT)).hasSize(2);
            assertThat(kafka.read(dlq, 2, PATIENT)).hasSize(2);
        }
    }

    @Test
    void aDeadLetterThatItsTopicDoesNotTakeGoesWithLess() throws Exception {
        kafka.set(dlq, "max.message.bytes", "20000");
        byte[] bytes = new byte[30_000];
        // of chance, so that compression does not help
        new Random(1).nextBytes(bytes);
        String large = Base64.getEncoder().encodeToString(bytes);
        try (TestGateway gateway = gateway()) {
            kafka.send(prompts, "key", "no JSON " + large, "own", "value");
            kafka.send(prompts, "key", "no JSON", "own", "header", "payload", large);
            kafka.send(prompts, large, "no JSON", "own", "key");
            kafka.send(prompts, "key", prompt("fine"));
            List<ConsumerRecord<byte[], byte[]>> dead = kafka.read(dlq, 3, PATIENT);

            assertThat(kafka.read(answers, 1, PATIENT)).hasSize(1);
            assertThat(dead)
                    .hasSize(3)
                    .allSatisfy(it -> assertThat(header(it, "x-llm-error-code")).isEqualTo("invalid_request"))
                    .allSatisfy(it -> assertThat(it.value()).isNull())
                    .extracting(it -> left(it, "value") + " " + left(it, "key") + " " + left(it, "headers"))
                    .containsExactlyInAnyOrder("40008 - -", "7 3 40016", "7 40000 6");
            assertThat(dead)
                    .filteredOn(it -> left(it, "key").equals("-"))
                    .hasSize(1)
                    .allSatisfy(it -> assertThat(text(it.key())).isEqualTo("key"))
                    .allSatisfy(it -> assertThat(header(it, "own")).isEqualTo("value"));
            await().atMost(PATIENT).untilAsserted(() -> assertThat(committed()).isEqualTo(4));
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private static String left(ConsumerRecord<?, ?> letter, String part) {
        Header header = letter.headers().lastHeader("kafka_dlt-original-" + part + "-left-out");
        return header == null ? "-" : text(header.value());
    }

    private long committed() throws Exception {
        return kafka.committed(prompts, prompts).values().stream()
                .mapToLong(it -> it.offset())
                .sum();
    }

    /** Records of the topic that the group has not committed. */
    private long open(String topic) throws Exception {
        return kafka.read(topic, 8, PATIENT).size() - committed();
    }

    @Test
    void promptsFinishInAnyOrderAndARestartRepeatsNoneThatWasFinished() throws Exception {
        kafka.topics(1, prompts + "-one");
        provider.scriptFor("m", Behaviour.silence());
        try (TestGateway gateway = gateway("prompts", prompts + "-one", "drain-seconds", "1")) {
            for (int i = 0; i < 30; i++) {
                kafka.send(prompts + "-one", "key-" + i, prompt("p" + i));
            }
            // one of the first is never answered, the others are
            assertThat(kafka.read(answers, 29, PATIENT)).hasSize(29);
            await().atMost(PATIENT).untilAsserted(() -> {
                var committed = kafka.committed(prompts, prompts + "-one", 0);
                // where the unanswered one stands; several are asked at once
                assertThat(committed.offset()).isLessThan(10);
                assertThat(committed.metadata()).startsWith("e1.");
            });
            assertThat(gateway.gateway().inFlight()).isOne();
            // until it is closed it may ask again
            provider.alwaysFor("m", Behaviour.status(500));
            gateway.gateway().abort();
        }
        provider.reset();
        try (TestGateway gateway = gateway("prompts", prompts + "-one")) {
            List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 30, PATIENT);

            assertThat(all.stream().map(it -> text(it.key())).distinct()).hasSize(30);
            assertThat(all).hasSize(30);
            assertThat(provider.count()).isOne();
            await().atMost(PATIENT).untilAsserted(() -> assertThat(
                            kafka.committed(prompts, prompts + "-one", 0).offset())
                    .isEqualTo(30));
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void whatIsToBeOrderedByKeyIsAskedOneAfterTheOther() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(30)));
        try (TestGateway gateway = gateway("order", "key")) {
            for (int i = 0; i < 10; i++) {
                kafka.sendLater(TestKafka.record(prompts, "a", prompt("a" + i), "x-request-id", "a" + i));
                kafka.sendLater(TestKafka.record(prompts, "b", prompt("b" + i), "x-request-id", "b" + i));
            }
            kafka.flush();
            List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 20, PATIENT);

            for (String key : List.of("a", "b")) {
                assertThat(all.stream()
                                .filter(it -> text(it.key()).equals(key))
                                .map(it -> header(it, "x-llm-request-id")))
                        .containsExactly(
                                key + 0, key + 1, key + 2, key + 3, key + 4, key + 5, key + 6, key + 7, key + 8,
                                key + 9);
            }
            assertThat(provider.peak()).isLessThanOrEqualTo(2);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void aSecondConsumerTakesPartitionsOverWithoutRepeatingWhatIsUnderWay() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(300)));
        try (TestGateway first = gateway("max-in-flight", "32")) {
            for (int i = 0; i < 200; i++) {
                kafka.sendLater(TestKafka.record(prompts, "key-" + i, prompt("p" + i)));
            }
            kafka.flush();
            provider.await(10, PATIENT);
            try (TestGateway second = gateway(
                    "max-in-flight", "32", "state", folder.resolve("second").toString())) {
                List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 200, Duration.ofSeconds(40));
                List<ConsumerRecord<byte[], byte[]>> later = kafka.read(answers, 201, Duration.ofSeconds(1));

                assertThat(all.stream().map(it -> text(it.key())).distinct()).hasSize(200);
                assertThat(later).hasSize(200);
                assertThat(second.gateway().inFlight() + first.gateway().inFlight())
                        .isZero();
            }
        }
    }
}

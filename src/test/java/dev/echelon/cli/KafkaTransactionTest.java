package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.TestKafka;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The same in transactional mode, as far as its path is another, and what that adds. */
class KafkaTransactionTest extends KafkaCases {

    @Override
    Map<String, String> mode() {
        return Map.of("transactional", "true");
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            kafka.sendLater(TestKafka.record(prompts, "key-" + i, prompt("p" + i), "x-request-id", "p" + i));
        }
        kafka.flush();
    }

    private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(it -> header(it, "x-llm-request-id")).toList();
    }

    @Test
    void answersAreInTransactionsWithTheirOffsets() throws Exception {
        try (TestGateway gateway = gateway();
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.address()))) {
            send(20);
            assertThat(ids(kafka.read(answers, 20, PATIENT))).doesNotHaveDuplicates();
            long committed = kafka.committed(prompts, prompts).values().stream()
                    .mapToLong(it -> it.offset())
                    .sum();
            long end = admin
                    .listOffsets(Map.of(
                            new TopicPartition(answers, 0), OffsetSpec.latest(),
                            new TopicPartition(answers, 1), OffsetSpec.latest()))
                    .all()
                    .get(30, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .mapToLong(it -> it.offset())
                    .sum();

            // who sees the answers sees the offsets, without waiting
            assertThat(committed).isEqualTo(20);
            // the marks of the ends of transactions take offsets too
            assertThat(end).isGreaterThan(20);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void anAnswerLargerThanItsTopicTakesIsADeadLetterAndTheOthersAreSent() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.address()))) {
            admin.createTopics(List.of(new NewTopic(prompts + "-small", 1, (short) 1)
                            .configs(Map.of("max.message.bytes", "20000"))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        String noise = new Random(42)
                .ints(100_000, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        provider.always(call -> {
            boolean large = call.seen().bodyText().contains("large");
            Behaviour.text(large ? noise : "short").answer(call);
        });
        try (TestGateway gateway = gateway("answers", prompts + "-small")) {
            kafka.sendLater(TestKafka.record(prompts, "large", prompt("large")));
            send(20);
            List<ConsumerRecord<byte[], byte[]>> answered = kafka.read(prompts + "-small", 20, PATIENT);
            List<ConsumerRecord<byte[], byte[]>> dead = kafka.read(dlq, 1, PATIENT);

            assertThat(ids(answered)).hasSize(20).doesNotHaveDuplicates();
            assertThat(dead).singleElement().satisfies(it -> {
                assertThat(header(it, "x-llm-error-code")).isEqualTo("answer_too_large");
                assertThat(text(it.value())).isEqualTo(prompt("large"));
            });
            assertThat(provider.count()).isEqualTo(21);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void piecesOfATryThatBrokeOffAreNeverSeen() throws Exception {
        provider.script(
                Behaviour.stream(20, Duration.ofMillis(20)).resetAfter(10), Behaviour.stream(5, Duration.ofMillis(20)));
        try (TestGateway gateway = gateway("streaming", "true")) {
            kafka.send(prompts, null, prompt("count").replace("{\"model\"", "{\"stream\":true,\"model\""));
            List<ConsumerRecord<byte[], byte[]>> all = kafka.readUntil(
                    answers,
                    it -> it.stream().anyMatch(one -> header(one, "x-llm-end").equals("true")),
                    PATIENT);

            assertThat(provider.count()).isEqualTo(2);
            assertThat(all).hasSizeGreaterThan(5);
            assertThat(all).extracting(it -> header(it, "x-llm-try")).containsOnly("2");
            for (int i = 0; i < all.size(); i++) {
                assertThat(header(all.get(i), "x-llm-sequence")).isEqualTo(Integer.toString(i));
            }
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private static String ready(TestGateway gateway) throws Exception {
        return new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()))
                .get("/observe/health/ready")
                .body();
    }

    @Test
    void whoHasLostItsNameToAnotherProcessRepeatsNothing() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofSeconds(3)));
        try (TestGateway first = gateway("instance", "one")) {
            send(40);
            await().atMost(PATIENT).until(() -> provider.count() == 40);
            try (TestGateway second =
                    gateway("instance", "one", "state", folder.resolve("second").toString())) {
                List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 40, Duration.ofSeconds(40));
                await().atMost(PATIENT)
                        .until(() ->
                                first.gateway().inFlight() + second.gateway().inFlight() == 0);
                List<ConsumerRecord<byte[], byte[]>> later = kafka.read(answers, 41, Duration.ofSeconds(2));

                assertThat(ids(all)).hasSize(40).doesNotHaveDuplicates();
                assertThat(later).hasSize(40);
                assertThat(ready(first)).contains("0 partitions", "fenced");
                assertThat(ready(second)).contains("broker up, 2 partitions").doesNotContain("fenced");
                // both have asked
                assertThat(provider.count()).isGreaterThan(40);
            }
        }
    }
}

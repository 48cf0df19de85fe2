package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** K4: a record that cannot be a prompt is a dead letter, and the one behind it does not wait for that. */
@Tag("goal")
class KafkaBadInputTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void theNextPromptIsAnsweredAtOnce() throws Exception {
        int rounds = Goal.either(11, 3);
        Map<String, List<ProducerRecord<byte[], byte[]>>> kinds = kinds();
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(1, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
            try (TestGateway gateway = TestGateway.oneModel(folder, provider.baseUrl(), 100)
                    .kafka(kafka.address(), Map.of())
                    .start()) {
                kafka.send(KafkaLoad.PROMPTS, null, prompt("first"));
                provider.await(0, PATIENT);
                Map<String, Long> produced = new HashMap<>();
                for (Map.Entry<String, List<ProducerRecord<byte[], byte[]>>> kind : kinds.entrySet()) {
                    for (int i = 0; i < rounds; i++) {
                        String good = kind.getKey() + " " + i;
                        kind.getValue().forEach(kafka::sendLater);
                        kafka.send(KafkaLoad.PROMPTS, null, prompt(good), "x-request-id", good);
                        produced.put(good, System.currentTimeMillis());
                        await().atMost(PATIENT)
                                .pollInterval(Duration.ofMillis(5))
                                .until(() -> isAsked(provider, good));
                    }
                }
                Map<String, Long> answered = answered(kafka, produced.keySet());
                for (String kind : kinds.keySet()) {
                    long[] millis = IntStream.range(0, rounds)
                            .mapToObj(i -> kind + " " + i)
                            .mapToLong(it -> answered.getOrDefault(it, Long.MAX_VALUE) - produced.getOrDefault(it, 0L))
                            .sorted()
                            .toArray();
                    Goal.figure(
                            "K4: a prompt right behind %s is answered %d ms after its production (median of %d, at most %d)",
                            kind, millis[rounds / 2], rounds, millis[rounds - 1]);
                    assertThat(millis[rounds / 2]).as(kind).isLessThan(Goal.either(100, 2_000));
                }
                int dead =
                        rounds * (kinds.values().stream().mapToInt(List::size).sum() - 1);
                assertThat(kafka.read(KafkaLoad.DLQ, dead, PATIENT)).hasSize(dead);
                assertThat(gateway.gateway().inFlight()).isZero();
            }
        }
    }

    /** The first is good, to compare with. */
    private static Map<String, List<ProducerRecord<byte[], byte[]>>> kinds() {
        byte[] badUtf8 = prompt("?").getBytes(StandardCharsets.UTF_8);
        badUtf8[badUtf8.length - 5] = (byte) 0xC3;
        Map<String, List<ProducerRecord<byte[], byte[]>>> kinds = new LinkedHashMap<>();
        kinds.put("a good one", List.of(record(prompt("good"))));
        kinds.put("no JSON", List.of(record("certainly not JSON")));
        kinds.put("a tombstone", List.of(new ProducerRecord<>(KafkaLoad.PROMPTS, null)));
        kinds.put("5 MB", List.of(record(prompt("x".repeat(5 * 1024 * 1024)))));
        kinds.put("bad UTF-8", List.of(new ProducerRecord<>(KafkaLoad.PROMPTS, badUtf8)));
        kinds.put("an unknown target", List.of(record(prompt("?").replace("\"g\"", "\"nobody\""))));
        kinds.put(
                "forged headers",
                List.of(record("{", "Authorization", "Bearer x", "CamelHttpUri", "http://x", "kafka.KEY", "x")));
        kinds.put("a reply topic of its own", List.of(record(prompt("?"), "kafka_replyTopic", "__consumer_offsets")));
        ProducerRecord<byte[], byte[]> lost = record(prompt("?"));
        lost.headers().add("kafka_replyPartition", new byte[] {0, 0, 0, 99});
        kinds.put("five reply partitions that are not there", Collections.nCopies(5, lost));
        return kinds;
    }

    private static ProducerRecord<byte[], byte[]> record(String value, String... headers) {
        return TestKafka.record(KafkaLoad.PROMPTS, null, value, headers);
    }

    private static String prompt(String text) {
        return "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    /** When each answer was handed to Kafka's client, in epoch milliseconds. */
    private static Map<String, Long> answered(TestKafka kafka, Set<String> prompts) {
        Map<String, Long> answered = new HashMap<>();
        kafka.readUntil(
                        KafkaLoad.ANSWERS,
                        all -> all.stream()
                                        .filter(it -> prompts.contains(TestKafka.header(it, "x-llm-request-id")))
                                        .count()
                                >= prompts.size(),
                        PATIENT)
                .forEach(it -> answered.put(TestKafka.header(it, "x-llm-request-id"), it.timestamp()));
        return answered;
    }

    private static boolean isAsked(FakeProvider provider, String text) {
        return provider.requests().stream().anyMatch(seen -> seen.bodyText().contains("\"" + text + "\""));
    }
}

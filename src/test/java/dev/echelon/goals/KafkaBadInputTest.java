package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import dev.echelon.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
    void theNextPromptIsAskedAtOnce() throws Exception {
        int rounds = Goal.either(11, 3);
        Map<String, ProducerRecord<byte[], byte[]>> kinds = kinds();
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(1, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
            try (TestGateway gateway = TestGateway.oneModel(folder, provider.baseUrl(), 100)
                    .kafka(kafka.address(), Map.of())
                    .start()) {
                kafka.send(KafkaLoad.PROMPTS, null, prompt("first"));
                provider.await(0, PATIENT);
                for (Map.Entry<String, ProducerRecord<byte[], byte[]>> kind : kinds.entrySet()) {
                    double[] millis = new double[rounds];
                    for (int i = 0; i < rounds; i++) {
                        millis[i] = untilAsked(kafka, provider, kind.getValue(), kind.getKey() + " " + i);
                    }
                    Arrays.sort(millis);
                    Goal.figure(
                            "K4: a prompt right behind %s is asked %.0f ms after its production (median of %d, at most %.0f)",
                            kind.getKey(), millis[rounds / 2], rounds, millis[rounds - 1]);
                    assertThat(millis[rounds / 2]).as(kind.getKey()).isLessThan(Goal.either(100, 2_000));
                }
                int dead = rounds * (kinds.size() - 1);
                assertThat(kafka.read(KafkaLoad.DLQ, dead, PATIENT)).hasSize(dead);
                assertThat(gateway.gateway().inFlight()).isZero();
            }
        }
    }

    /** The first is good, to compare with. */
    private static Map<String, ProducerRecord<byte[], byte[]>> kinds() {
        byte[] badUtf8 = prompt("?").getBytes(StandardCharsets.UTF_8);
        badUtf8[badUtf8.length - 5] = (byte) 0xC3;
        Map<String, ProducerRecord<byte[], byte[]>> kinds = new LinkedHashMap<>();
        kinds.put("a good one", record(prompt("good")));
        kinds.put("no JSON", record("certainly not JSON"));
        kinds.put("a tombstone", new ProducerRecord<>(KafkaLoad.PROMPTS, null));
        kinds.put("5 MB", record(prompt("x".repeat(5 * 1024 * 1024))));
        kinds.put("bad UTF-8", new ProducerRecord<>(KafkaLoad.PROMPTS, badUtf8));
        kinds.put("an unknown target", record(prompt("?").replace("\"g\"", "\"nobody\"")));
        kinds.put(
                "forged headers",
                record("{", "Authorization", "Bearer x", "CamelHttpUri", "http://x", "kafka.KEY", "x"));
        kinds.put("a reply topic of its own", record(prompt("?"), "kafka_replyTopic", "__consumer_offsets"));
        return kinds;
    }

    private static ProducerRecord<byte[], byte[]> record(String value, String... headers) {
        return TestKafka.record(KafkaLoad.PROMPTS, null, value, headers);
    }

    private static String prompt(String text) {
        return "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    /** Milliseconds from when the broker has the good prompt until a model is asked it. */
    private static double untilAsked(
            TestKafka kafka, FakeProvider provider, ProducerRecord<byte[], byte[]> before, String good)
            throws Exception {
        kafka.sendLater(before);
        kafka.send(KafkaLoad.PROMPTS, null, prompt(good));
        long produced = System.nanoTime();
        await().atMost(PATIENT).pollInterval(Duration.ofMillis(5)).until(() -> find(provider, good)
                .isPresent());
        return Math.max(0, find(provider, good).orElseThrow().arrivedAt() - produced) / 1e6;
    }

    private static Optional<Seen> find(FakeProvider provider, String text) {
        return provider.requests().stream()
                .filter(seen -> seen.bodyText().contains("\"" + text + "\""))
                .findFirst();
    }
}

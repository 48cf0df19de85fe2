package dev.echelon.goals;

import static dev.echelon.testing.TestKafka.header;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Prompts over four partitions, whose models take heavy-tailed times, and the count of what came of them. */
final class KafkaLoad {

    static final String PROMPTS = "llm.prompts";
    static final String ANSWERS = "llm.answers";
    static final String DLQ = "llm.dlq";

    private static final double ALPHA = 1.3;

    private final TestKafka kafka;
    private final int prompts;
    private final Map<String, Long> times = new ConcurrentHashMap<>();

    /**
     * By Pareto's law with an exponent of 1.3.
     *
     * @param least milliseconds that a model takes
     * @param most milliseconds that a model takes
     */
    KafkaLoad(TestKafka kafka, int prompts, long least, long most) {
        this.kafka = kafka;
        this.prompts = prompts;
        Random random = new Random(42);
        for (int i = 0; i < prompts; i++) {
            times.put("p" + i, Math.min(most, (long) (least / Math.pow(1 - random.nextDouble(), 1 / ALPHA))));
        }
    }

    /** Answers each prompt after its time. */
    Behaviour model() {
        return call -> {
            String text = call.seen().json().at("/messages/0/content").asText();
            Behaviour.text("answer to " + text)
                    .after(Duration.ofMillis(times.getOrDefault(text, 0L)))
                    .answer(call);
        };
    }

    double meanMillis() {
        return times.values().stream().mapToLong(it -> it).average().orElse(0);
    }

    void produce() {
        for (int i = 0; i < prompts; i++) {
            kafka.sendLater(TestKafka.record(
                    PROMPTS,
                    "p" + i,
                    "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"p" + i + "\"}]}",
                    "x-request-id",
                    "p" + i));
        }
        kafka.flush();
    }

    /**
     * What came of them.
     *
     * @param duplicated answers beyond the first of a prompt, known by their id
     */
    record Count(int produced, int answered, int deadLettered, int lost, int duplicated) {

        @Override
        public String toString() {
            return "%d produced, %d answered, %d dead-lettered, %d lost, %d duplicated"
                    .formatted(produced, answered, deadLettered, lost, duplicated);
        }
    }

    /** Waits until nothing is missing, or for so long. */
    Count count(Duration atMost) {
        var unused = kafka.readUntil(ANSWERS, it -> ids(it).size() >= prompts, atMost);
        List<ConsumerRecord<byte[], byte[]>> dead = kafka.readUntil(DLQ, it -> false, Duration.ofSeconds(1));
        List<ConsumerRecord<byte[], byte[]>> answers = kafka.readUntil(ANSWERS, it -> false, Duration.ofSeconds(2));
        Map<String, Integer> all = ids(answers);
        int answered = all.size();
        ids(dead).keySet().forEach(id -> all.putIfAbsent(id, 1));
        return new Count(prompts, answered, ids(dead).size(), prompts - all.size(), answers.size() - answered);
    }

    private static Map<String, Integer> ids(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Integer> ids = new TreeMap<>();
        records.forEach(record -> ids.merge(header(record, "x-llm-request-id"), 1, Integer::sum));
        return ids;
    }
}

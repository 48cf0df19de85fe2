package dev.echelon.goals;

import static dev.echelon.testing.TestKafka.header;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.TestKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    private final Set<String> produced = ConcurrentHashMap.newKeySet();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

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
            asked.add(text);
            Behaviour.text("answer to " + text)
                    .after(Duration.ofMillis(times.getOrDefault(text, 0L)))
                    .answer(call);
        };
    }

    double meanMillis() {
        return times.values().stream().mapToLong(it -> it).average().orElse(0);
    }

    /** Prompts that have come to a model, each counted once. */
    int asked() {
        return asked.size();
    }

    void produce() {
        for (int i = 0; i < prompts; i++) {
            send("p" + i);
        }
        kafka.flush();
    }

    /** Produces all the while, never so many more than have come to a model; ends when it has produced all. */
    Thread produceAhead(int ahead) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (int i = 0; i < prompts; i++) {
                            while (i >= asked() + ahead) {
                                TimeUnit.MILLISECONDS.sleep(5);
                            }
                            send("p" + i);
                        }
                        kafka.flush();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "prompts");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void send(String id) {
        kafka.sendLater(
                TestKafka.record(
                        PROMPTS,
                        id,
                        "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"" + id + "\"}]}",
                        "x-request-id",
                        id),
                () -> produced.add(id));
    }

    /**
     * What came of them.
     *
     * @param produced prompts that the broker has acknowledged
     * @param lost of them, those that are neither answered nor dead-lettered
     * @param repeated of each answer beyond the first of its prompt, known by its id: when the first one was sent, in
     *     milliseconds since 1970
     */
    record Count(int produced, int answered, int deadLettered, int lost, List<Long> repeated) {

        int duplicated() {
            return repeated.size();
        }

        @Override
        public String toString() {
            return "%d produced, %d answered, %d dead-lettered, %d lost, %d duplicated"
                    .formatted(produced, answered, deadLettered, lost, duplicated());
        }
    }

    /** Waits until nothing is missing, or for so long. */
    Count count(Duration atMost) {
        return count(kafka, atMost);
    }

    /** The same, by another one's reader: the broker has been restarted. */
    Count count(TestKafka kafka, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        Set<String> known = new HashSet<>();
        while (known.size() < prompts && System.nanoTime() < end) {
            known.addAll(ids(kafka.readUntil(ANSWERS, it -> false, Duration.ofSeconds(2)))
                    .keySet());
            known.addAll(ids(kafka.readToItsEnd(DLQ)).keySet());
        }
        Map<String, List<Long>> answers = ids(kafka.readUntil(ANSWERS, it -> false, Duration.ofSeconds(2)));
        Map<String, List<Long>> dead = ids(kafka.readToItsEnd(DLQ));
        List<Long> repeated = new ArrayList<>();
        answers.values().forEach(sent -> sent.stream().sorted().skip(1).forEach(any -> repeated.add(first(sent))));
        int lost = (int) produced.stream()
                .filter(id -> !answers.containsKey(id) && !dead.containsKey(id))
                .count();
        return new Count(produced.size(), answers.size(), dead.size(), lost, repeated);
    }

    /** The codes of the dead letters. */
    Set<String> whyDeadLettered() {
        return kafka.readToItsEnd(DLQ).stream()
                .map(letter -> header(letter, "x-llm-error-code"))
                .collect(Collectors.toSet());
    }

    private static long first(List<Long> sent) {
        return sent.stream().mapToLong(it -> it).min().orElseThrow();
    }

    /** When those with each id were sent. */
    private static Map<String, List<Long>> ids(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, List<Long>> ids = new TreeMap<>();
        records.forEach(record -> ids.computeIfAbsent(header(record, "x-llm-request-id"), any -> new ArrayList<>())
                .add(record.timestamp()));
        return ids;
    }
}

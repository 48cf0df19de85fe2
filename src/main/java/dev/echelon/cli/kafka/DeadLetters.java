package dev.echelon.cli.kafka;

import dev.echelon.ingress.kafka.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The dead letters of a topic: reads those that are there now, and sends them to the prompts again. How far they have been
 * sent again is committed for a group, so that a second time sends only what is new. Blocks.
 */
public final class DeadLetters implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MAX_BYTES = 16 * 1024 * 1024;
    private static final String REQUEST_ID = "x-request-id";
    private static final List<String> OURS = List.of(DeadLetterHeaders.LETTERS, DeadLetterHeaders.OURS);
    private static final List<String> LEFT_OUT = List.of(
            DeadLetterHeaders.VALUE_LEFT_OUT, DeadLetterHeaders.KEY_LEFT_OUT, DeadLetterHeaders.HEADERS_LEFT_OUT);

    private final String topic;
    private final Map<String, Object> client;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param group whose offsets say what has been sent again */
    public DeadLetters(String brokers, String topic, String group) {
        this.topic = topic;
        this.client = Map.of("bootstrap.servers", brokers, "default.api.timeout.ms", 15_000);
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", group);
        settings.put("enable.auto.commit", false);
        settings.put("isolation.level", "read_committed");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * What a replay came to.
     *
     * @param incomplete were too large for the topic, which has a part of them
     */
    public record Replayed(int sent, int leftOut, int incomplete) {}

    /**
     * Reads all that is there now, partition by partition.
     *
     * @param fromStart also what has been sent again
     */
    public void read(boolean fromStart, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        List<TopicPartition> partitions = partitions();
        consumer.assign(partitions);
        if (fromStart) {
            consumer.seekToBeginning(partitions);
        } else {
            seekToWhatIsNew(partitions);
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                    reader.accept(record);
                }
            }
        }
    }

    /**
     * Sends what was not sent before to a topic, key, value and the application's headers as they came, and commits that
     * when the broker has acknowledged all of it.
     *
     * @param wanted the others are left out, and count as done
     */
    public Replayed replay(String target, boolean fromStart, Predicate<ConsumerRecord<byte[], byte[]>> wanted)
            throws ExecutionException, InterruptedException {
        int[] leftOut = {0, 0};
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("acks", "all");
        settings.put("compression.type", "gzip");
        settings.put("max.request.size", MAX_BYTES);
        settings.put("max.in.flight.requests.per.connection", 1);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            read(fromStart, record -> {
                done.put(
                        new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
                if (isIncomplete(record)) {
                    leftOut[1]++;
                } else if (!wanted.test(record)) {
                    leftOut[0]++;
                } else {
                    sent.add(producer.send(again(record, target)));
                }
            });
            producer.flush();
            for (Future<RecordMetadata> acknowledgement : sent) {
                acknowledgement.get();
            }
        }
        consumer.commitSync(done);
        return new Replayed(sent.size(), leftOut[0], leftOut[1]);
    }

    private static boolean isIncomplete(ConsumerRecord<?, ?> record) {
        return LEFT_OUT.stream().anyMatch(header -> !text(record, header).isEmpty());
    }

    /** A header as text, empty where there is none. */
    public static String text(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static ProducerRecord<byte[], byte[]> again(ConsumerRecord<byte[], byte[]> record, String target) {
        ProducerRecord<byte[], byte[]> prompt = new ProducerRecord<>(target, record.key(), record.value());
        for (Header header : record.headers()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (OURS.stream().noneMatch(name::startsWith)) {
                prompt.headers().add(header);
            }
        }
        String id = text(record, DeadLetterHeaders.REQUEST_ID);
        if (!id.isEmpty() && prompt.headers().lastHeader(REQUEST_ID) == null) {
            // else the answer comes under the place of the new record, which its asker does not know
            prompt.headers().add(REQUEST_ID, id.getBytes(StandardCharsets.UTF_8));
        }
        return prompt;
    }

    private List<TopicPartition> partitions() {
        List<PartitionInfo> found = consumer.partitionsFor(topic);
        if (found == null || found.isEmpty()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return found.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private void seekToWhatIsNew(List<TopicPartition> partitions) {
        consumer.committed(Set.copyOf(partitions)).forEach((partition, committed) -> {
            if (committed == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, committed.offset());
            }
        });
    }

    @Override
    public void close() {
        consumer.close(POLL);
    }
}

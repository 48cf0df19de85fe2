package dev.echelon.cli.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One topic, to be tried out by hand: text goes in, records come out. Blocks. */
public final class TopicClient {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PATIENCE_MILLIS = 15_000;
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private final String brokers;
    private final String topic;

    public TopicClient(String brokers, String topic) {
        this.brokers = brokers;
        this.topic = topic;
    }

    /**
     * Sends texts, each a record without a key.
     *
     * @param headers of each
     * @return how many the broker has acknowledged
     */
    public int send(Iterator<String> texts, Map<String, String> headers)
            throws ExecutionException, InterruptedException {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", brokers,
                "max.block.ms", PATIENCE_MILLIS,
                "max.request.size", MAX_BYTES,
                "compression.type", "lz4");
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            while (texts.hasNext()) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes(texts.next()));
                headers.forEach((name, value) -> record.headers().add(name, bytes(value)));
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
        return sent.size();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Shows what is in the topic, and what comes then.
     *
     * @param most records, after which it ends
     * @throws IllegalArgumentException when there is no such topic
     */
    public void read(long most, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                brokers,
                "default.api.timeout.ms",
                PATIENCE_MILLIS,
                "allow.auto.create.topics",
                false,
                "isolation.level",
                "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IllegalArgumentException("there is no topic " + topic);
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (long left = most; left > 0; ) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (left-- > 0) {
                        reader.accept(record);
                    }
                }
            }
        }
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Whether topics have the partitions that prompts name for their answers. A producer would wait {@code max.block.ms} long
 * for one that is not there. What a send has learned is remembered for a minute, so that the next such prompt is refused
 * before it is asked. A topic that has grown is known when the producer has renewed its metadata, every five minutes unless
 * {@code metadata.max.age.ms} says otherwise. Thread-safe.
 */
final class ReplyPartitions {

    private static final long FRESH = Duration.ofMinutes(1).toNanos();

    private final Map<String, Known> topics = new ConcurrentHashMap<>();
    private final Ticker ticker;

    private record Known(int partitions, long at) {}

    ReplyPartitions(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * May block as long as a send, where the producer does not know the topic yet.
     *
     * @throws IllegalArgumentException when the topic has no such partition
     * @throws KafkaException when the topic cannot be looked up
     */
    void check(Producer<?, ?> producer, ProducerRecord<?, ?> record) {
        int partitions = producer.partitionsFor(record.topic()).size();
        topics.put(record.topic(), new Known(partitions, ticker.nanos()));
        if (record.partition() != null && record.partition() >= partitions) {
            throw new IllegalArgumentException(record.topic() + " has no partition " + record.partition());
        }
    }

    /** Whether it is known that there is no such partition. Never blocks. */
    boolean lacks(String topic, int partition) {
        Known known = topics.get(topic);
        return known != null && ticker.nanos() - known.at() < FRESH && partition >= known.partitions();
    }
}

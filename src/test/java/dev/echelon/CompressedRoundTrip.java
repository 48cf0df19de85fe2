package dev.echelon;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends a record to the broker in the first argument, once with each of the compressions in the others, and reads it back.
 * Prints {@code zstd ok} for each. Runs in a process of its own, with Kafka's client from {@code echelon.jar}.
 */
final class CompressedRoundTrip {

    private static final String VALUE = "a prompt that says the same again ".repeat(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private CompressedRoundTrip() {}

    public static void main(String[] args) throws Exception {
        for (String compression : List.of(args).subList(1, args.length)) {
            String topic = "compressed-" + compression;
            send(args[0], topic, compression);
            if (!receive(args[0], topic).equals(VALUE)) {
                throw new IllegalStateException(compression + " gives another value back");
            }
            System.out.println(compression + " ok");
        }
    }

    private static void send(String broker, String topic, String compression) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "compression.type", compression),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, VALUE)).get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static String receive(String broker, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = System.nanoTime() + LONGEST.toNanos();
            while (System.nanoTime() < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    return record.value();
                }
            }
        }
        throw new IllegalStateException("nothing came back from " + topic);
    }
}

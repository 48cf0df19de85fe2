package dev.echelon.testing;

import dev.echelon.cli.kafka.DevBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A real broker, in the test's process unless it is elsewhere, and what a test does with it. */
public final class TestKafka implements AutoCloseable {

    private static final int MEGABYTES = 8 * 1024 * 1024;

    private static final OffsetAndMetadata NOTHING = new OffsetAndMetadata(0, "nothing");

    private final String address;
    private final Runnable stopBroker;
    private final Producer<byte[], byte[]> producer;
    private final Admin admin;

    private TestKafka(String address, Runnable stopBroker) {
        this.address = address;
        this.stopBroker = stopBroker;
        this.admin = Admin.create(Map.of("bootstrap.servers", address));
        // one request at a time: a partition that has just been made may take the second one before the first, and then
        // refuses the first for two minutes
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        address,
                        "max.request.size",
                        MEGABYTES,
                        "linger.ms",
                        0,
                        "max.in.flight.requests.per.connection",
                        1),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    public static TestKafka start(Path folder) throws Exception {
        return start(folder, Ports.free());
    }

    public static TestKafka start(Path folder, int port) throws Exception {
        DevBroker broker = DevBroker.start(new DevBroker.Settings(folder, port, List.of(), 4));
        return new TestKafka(broker.address(), broker::close);
    }

    /** For a broker elsewhere, which {@link #close} leaves running. */
    public static TestKafka at(String address) {
        return new TestKafka(address, () -> {});
    }

    public String address() {
        return address;
    }

    /** Makes topics that take large records. */
    public void topics(int partitions, String... names) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (String name : names) {
            topics.add(new NewTopic(name, partitions, (short) 1)
                    .configs(Map.of("max.message.bytes", Integer.toString(MEGABYTES))));
        }
        admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
    }

    /** Changes a setting of a topic. */
    public void set(String topic, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    /** Sends a record and waits for its acknowledgement. */
    public void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        producer.send(record).get(30, TimeUnit.SECONDS);
    }

    public void send(String topic, @Nullable String key, String value, String... headers) throws Exception {
        send(record(topic, key, value, headers));
    }

    public static ProducerRecord<byte[], byte[]> record(
            String topic, @Nullable String key, String value, String... headers) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, key == null ? null : bytes(key), bytes(value));
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], bytes(headers[i + 1]));
        }
        return record;
    }

    /** Sends without waiting; {@link #flush} waits for all. */
    public void sendLater(ProducerRecord<byte[], byte[]> record) {
        sendLater(record, () -> {});
    }

    /** The same, and says when it has been acknowledged. */
    public void sendLater(ProducerRecord<byte[], byte[]> record, Runnable acknowledged) {
        var unused = producer.send(record, (where, failure) -> {
            if (failure == null) {
                acknowledged.run();
            }
        });
    }

    public void flush() {
        producer.flush();
    }

    /** Everything in a topic that is committed, from the beginning, until there are so many records. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic, int count, Duration atMost) {
        return readUntil(topic, all -> all.size() >= count, atMost);
    }

    public List<ConsumerRecord<byte[], byte[]>> readUntil(
            String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough, Duration atMost) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = assigned(topic)) {
            long end = System.nanoTime() + atMost.toNanos();
            while (!enough.test(all) && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(50)).forEach(all::add);
            }
        }
        return all;
    }

    /** Everything in a topic that is committed by now, from the beginning. */
    public List<ConsumerRecord<byte[], byte[]>> readToItsEnd(String topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = assigned(topic)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(50)).forEach(all::add);
            }
        }
        return all;
    }

    /** A reader of what is committed, at the beginning of all partitions. */
    private KafkaConsumer<byte[], byte[]> assigned(String topic) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(it -> new TopicPartition(topic, it.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** What the group has committed of a topic. */
    public Map<Integer, OffsetAndMetadata> committed(String group, String topic) throws Exception {
        Map<Integer, OffsetAndMetadata> committed = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS)
                .forEach((partition, offset) -> {
                    if (partition.topic().equals(topic) && offset != null) {
                        committed.put(partition.partition(), offset);
                    }
                });
        return committed;
    }

    /** The same of one partition; offset 0 and {@code nothing} where nothing is. */
    public OffsetAndMetadata committed(String group, String topic, int partition) throws Exception {
        return committed(group, topic).getOrDefault(partition, NOTHING);
    }

    /** A header as text, empty where there is none. */
    public static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    public static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        admin.close(Duration.ofSeconds(1));
        stopBroker.run();
    }
}

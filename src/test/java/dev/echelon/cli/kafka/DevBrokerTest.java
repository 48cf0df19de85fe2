package dev.echelon.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.testing.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevBrokerTest {

    @TempDir
    private Path folder;

    @Test
    void whatWasWrittenIsThereAfterARestartInTheSameFolder() throws Exception {
        try (DevBroker broker = start()) {
            assertThat(topics(broker.address())).containsOnlyKeys("llm.prompts", "llm.answers");
            assertThat(topics(broker.address()).values()).containsOnly(3);
            write(broker.address(), "llm.prompts", "one");
        }
        try (DevBroker broker = start()) {
            assertThat(topics(broker.address()).get("llm.prompts")).isEqualTo(3);
            write(broker.address(), "llm.prompts", "two");
            assertThat(read(broker.address(), "llm.prompts", 2)).containsExactlyInAnyOrder("one", "two");
        }
    }

    @Test
    void aFolderIsForOneBroker() throws Exception {
        try (DevBroker broker = start()) {
            String properties = Files.readString(folder.resolve("server.properties"));

            assertThatThrownBy(this::start).isInstanceOf(IOException.class).hasMessageContaining("another broker runs");
            assertThat(folder.resolve("server.properties")).hasContent(properties);
            assertThat(topics(broker.address())).isNotEmpty();
        }
    }

    @Test
    void theCommandIsReadyWithTheGatewaysTopicsAndStopsOrDiesWithoutLoss() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder, "mine")) {
            String address = broker.address();
            assertThat(broker.log())
                    .startsWith("READY " + address + " (topics llm.prompts, llm.answers, llm.dlq, mine;");
            assertThat(topics(address).keySet())
                    .containsExactlyInAnyOrder("llm.prompts", "llm.answers", "llm.dlq", "mine");
            write(address, "mine", "before the kill");

            broker.kill();
            broker.startAgain();

            assertThat(read(address, "mine", 1)).containsExactly("before the kill");
            assertThat(broker.stop()).isIn(0, 143);
            assertThat(broker.log()).doesNotContain("Exception");
            assertThat(broker.data().resolve("log/.kafka_cleanshutdown")).exists();
        }
    }

    private DevBroker start() throws IOException, InterruptedException {
        return DevBroker.start(new DevBroker.Settings(folder, 0, List.of("llm.prompts", "llm.answers"), 3));
    }

    private static Map<String, Integer> topics(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            Map<String, Integer> partitions = new TreeMap<>();
            admin.describeTopics(admin.listTopics().names().get())
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) -> {
                        partitions.put(name, topic.partitions().size());
                    });
            return partitions;
        }
    }

    private static void write(String address, String topic, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "acks", "all"), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private static List<String> read(String address, String topic, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "group.id", "readers", "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
            }
        }
        return values;
    }
}

package dev.echelon.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    private static final String READY = "READY 127.0.0.1:";

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
        Process first = command("first.log");
        try {
            String address = awaitReady(first, "first.log");
            assertThat(topics(address).keySet())
                    .containsExactlyInAnyOrder("llm.prompts", "llm.answers", "llm.dlq", "mine");
            write(address, "mine", "before the kill");
        } finally {
            first.destroyForcibly().waitFor();
        }
        Process second = command("second.log");
        try {
            String address = awaitReady(second, "second.log");
            assertThat(read(address, "mine", 1)).containsExactly("before the kill");

            second.destroy();

            assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isIn(0, 143);
            assertThat(Files.readString(folder.resolve("second.log"))).doesNotContain("Exception");
            assertThat(folder.resolve("data/log/.kafka_cleanshutdown")).exists();
        } finally {
            second.destroyForcibly();
        }
    }

    private DevBroker start() throws IOException, InterruptedException {
        return DevBroker.start(new DevBroker.Settings(folder, 0, List.of("llm.prompts", "llm.answers"), 3));
    }

    private Process command(String log) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.echelon.cli.Echelon",
                        "dev-kafka",
                        "--port=0",
                        "--topic=mine",
                        "--data=" + folder.resolve("data"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile())
                .start();
    }

    private String awaitReady(Process process, String log) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            String said = Files.readString(folder.resolve(log));
            if (said.startsWith(READY) && said.contains("\n")) {
                return said.substring("READY ".length(), said.indexOf(' ', READY.length()));
            }
            assertThat(process.isAlive() && System.nanoTime() < end).as(said).isTrue();
            TimeUnit.MILLISECONDS.sleep(50);
        }
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

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import dev.echelon.testing.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G5 and what prompts from Kafka cost: none lost, few repeated, and the models kept busy. */
@Tag("goal")
class KafkaGoalTest {

    private static final int IN_FLIGHT = 256;

    @TempDir
    private Path folder;

    @Test
    void theModelsAreKeptAsBusyAsAllowed() throws Exception {
        int prompts = Goal.either(2_000, 300);
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(4, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
            int inFlight = Goal.either(IN_FLIGHT, 64);
            KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 1_000));
            provider.always(load.model());
            try (TestGateway gateway = TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT)
                    .kafka(kafka.address(), Map.of("max-in-flight", Integer.toString(inFlight)))
                    .start()) {
                load.produce();
                KafkaLoad.Count count = load.count(Duration.ofMinutes(2));
                List<ConsumerRecord<byte[], byte[]>> answers =
                        kafka.read(KafkaLoad.ANSWERS, prompts, Duration.ofSeconds(10));
                long[] at = answers.stream()
                        .mapToLong(ConsumerRecord::timestamp)
                        .sorted()
                        .toArray();
                long first = at[0] - Goal.either(200, 100);
                double seconds = (at[(int) (at.length * 0.95) - 1] - first) / 1000.0;
                double rate = at.length * 0.95 / seconds;
                double ideal = inFlight / load.meanMillis() * 1000;
                Goal.figure(
                        "Kafka: %s; mean %.0f ms, %d in flight: %.0f/s, %.0f %% of the ideal %.0f/s; peak %d upstream",
                        count, load.meanMillis(), inFlight, rate, 100 * rate / ideal, ideal, provider.peak());
                assertThat(count.lost()).isZero();
                assertThat(count.duplicated()).isZero();
                assertThat(count.deadLettered()).isZero();
                assertThat(provider.peak()).isLessThanOrEqualTo(inFlight);
                if (Goal.isFull()) {
                    assertThat(rate / ideal).isGreaterThan(0.85);
                }
                assertThat(gateway.gateway().inFlight()).isZero();
            }
        }
    }

    @Test
    void killedAgainAndAgainNothingIsLost() throws Exception {
        int prompts = Goal.either(10_000, 300);
        int kills = Goal.either(20, 1);
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(4, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
            KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 3_000));
            provider.always(load.model());
            TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT);
            load.produce();
            for (int kill = 1; kill <= kills; kill++) {
                int until = prompts * kill / (kills + 1);
                try (GatewayProcess process = process(kafka)) {
                    await().atMost(Duration.ofSeconds(90))
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> provider.count() >= until || !process.isAlive());
                    assertThat(process.isAlive()).as(process.log()).isTrue();
                }
            }
            KafkaLoad.Count count;
            try (GatewayProcess last = process(kafka)) {
                count = load.count(Duration.ofMinutes(2));
                assertThat(last.isAlive()).isTrue();
            }
            Goal.figure("G5 kill -9 x %d: %s; %d calls upstream", kills, count, provider.count());
            assertThat(count.lost()).isZero();
            assertThat(count.deadLettered()).isZero();
            assertThat(count.duplicated()).isLessThanOrEqualTo(kills * IN_FLIGHT);
        }
    }

    private GatewayProcess process(TestKafka kafka) throws Exception {
        return new GatewayProcess(
                folder,
                List.of(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dechelon.kafka.instance=one",
                        "-Dechelon.kafka.max-in-flight=" + IN_FLIGHT,
                        "-Dechelon.kafka.state=" + folder.resolve("state")),
                "--configs=" + folder,
                "--kafka",
                "--kafka-brokers=" + kafka.address());
    }
}

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import dev.echelon.testing.TestKafka;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replies and offsets in one transaction: whatever dies, a reader of what is committed sees each answer once. */
@Tag("goal")
class KafkaTransactionGoalTest {

    private static final int IN_FLIGHT = 256;

    @TempDir
    private Path folder;

    private FakeProvider provider;
    private TestKafka kafka;

    @BeforeEach
    void open() throws Exception {
        provider = FakeProvider.start();
        kafka = TestKafka.start(folder.resolve("kafka"));
        kafka.topics(4, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
    }

    @AfterEach
    void close() {
        kafka.close();
        provider.close();
    }

    @Test
    void killedAgainAndAgainWithABrokerThatRestartsNothingIsLostOrSeenTwice() throws Exception {
        int prompts = Goal.either(10_000, 300);
        int kills = Goal.either(20, 1);
        KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 3_000));
        provider.always(load.model());
        TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT);
        load.produce();
        for (int kill = 1; kill <= kills; kill++) {
            try (GatewayProcess process = process()) {
                asked(process, prompts * (2 * kill - 1) / (2 * kills + 1));
                restartBroker(Duration.ZERO);
                asked(process, prompts * 2 * kill / (2 * kills + 1));
            }
        }
        KafkaLoad.Count count;
        try (GatewayProcess last = process()) {
            count = load.count(kafka, Duration.ofMinutes(Goal.either(10, 2)));
            assertThat(last.isAlive()).isTrue();
        }
        Goal.figure(
                "G5 transactional, kill -9 x %d, broker restarts x %d: %s; %d calls upstream",
                kills, kills, count, provider.count());
        assertThat(count.lost()).isZero();
        assertThat(count.duplicated()).isZero();
        // whom three kills have met is taken for their cause
        assertThat(count.deadLettered()).isLessThanOrEqualTo(kills / 3);
    }

    private void asked(GatewayProcess process, int count) throws Exception {
        try {
            await().atMost(Duration.ofSeconds(Goal.either(600, 90)))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> provider.count() >= count || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(process.log(), e);
        }
        assertThat(process.isAlive()).as(process.log()).isTrue();
    }

    private void restartBroker(Duration away) throws Exception {
        int port = URI.create("kafka://" + kafka.address()).getPort();
        kafka.close();
        TimeUnit.MILLISECONDS.sleep(away.toMillis());
        kafka = TestKafka.start(folder.resolve("kafka"), port);
    }

    @Test
    void whileTheBrokerIsAwayAnswersAreKept() throws Exception {
        int prompts = Goal.either(2_000, 300);
        KafkaLoad load = new KafkaLoad(kafka, prompts, 100, 1_000);
        provider.always(load.model());
        try (TestGateway gateway = gateway()) {
            load.produce();
            for (int restart = 1; restart <= 2; restart++) {
                int until = prompts * restart / 4;
                await().atMost(Duration.ofSeconds(60)).until(() -> provider.count() >= until);
                // the second time longer than a transaction may take, so that the broker ends it
                restartBroker(restart == 1 ? Duration.ZERO : Duration.ofSeconds(12));
            }
            KafkaLoad.Count count = load.count(kafka, Duration.ofMinutes(1));
            Goal.figure("Kafka transactional, broker restarts x 2: %s; %d calls upstream", count, provider.count());
            assertThat(count.lost()).isZero();
            assertThat(count.duplicated()).isZero();
            assertThat(count.deadLettered()).isZero();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void theModelsAreKeptBusy() throws Exception {
        int prompts = Goal.either(2_000, 300);
        int inFlight = Goal.either(IN_FLIGHT, 64);
        KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 1_000));
        provider.always(load.model());
        try (TestGateway gateway = gateway("max-in-flight", Integer.toString(inFlight))) {
            load.produce();
            KafkaLoad.Count count = load.count(Duration.ofMinutes(2));
            long[] at = kafka.read(KafkaLoad.ANSWERS, prompts, Duration.ofSeconds(10)).stream()
                    .mapToLong(ConsumerRecord::timestamp)
                    .sorted()
                    .toArray();
            double seconds = (at[(int) (at.length * 0.95) - 1] - (at[0] - Goal.either(200, 100))) / 1000.0;
            double rate = at.length * 0.95 / seconds;
            double ideal = inFlight / load.meanMillis() * 1000;
            Goal.figure(
                    "Kafka transactional: %s; %.0f/s, %.0f %% of the ideal %.0f/s; peak %d upstream",
                    count, rate, 100 * rate / ideal, ideal, provider.peak());
            assertThat(count.lost()).isZero();
            assertThat(count.duplicated()).isZero();
            assertThat(provider.peak()).isLessThanOrEqualTo(inFlight);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private TestGateway gateway(String... settings) throws Exception {
        return TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT)
                .kafka(
                        kafka.address(),
                        settings.length == 0
                                ? Map.of("transactional", "true")
                                : Map.of("transactional", "true", settings[0], settings[1]))
                .start();
    }

    private GatewayProcess process() throws Exception {
        return new GatewayProcess(
                folder,
                List.of(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dechelon.kafka.transactional=true",
                        "-Dechelon.kafka.instance=one",
                        "-Dechelon.kafka.max-in-flight=" + IN_FLIGHT,
                        "-Dechelon.kafka.state=" + folder.resolve("state")),
                "--configs=" + folder,
                "--kafka",
                "--kafka-brokers=" + kafka.address());
    }
}

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.goals.KafkaFaults.Kind;
import dev.echelon.testing.BrokerProcess;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** G5 and what prompts from Kafka cost: none lost, few repeated, and the models kept busy. */
@Tag("goal")
class KafkaGoalTest {

    private static final int IN_FLIGHT = 256;

    /** What may be done and not committed, beyond that. */
    private static final int UNSURE = 64;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Mode.class)
    void theModelsAreKeptAsBusyAsAllowed(Mode mode) throws Exception {
        int prompts = Goal.either(2_000, 300);
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(4, KafkaLoad.PROMPTS, KafkaLoad.ANSWERS, KafkaLoad.DLQ);
            int inFlight = Goal.either(IN_FLIGHT, 64);
            KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 1_000));
            provider.always(load.model());
            try (TestGateway gateway = TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT)
                    .kafka(
                            kafka.address(),
                            Map.of("max-in-flight", Integer.toString(inFlight), "transactional", mode.transactional()))
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
                        "Kafka %s: %s; mean %.0f ms, %d in flight: %.0f/s, %.0f %% of the ideal %.0f/s; peak %d upstream",
                        mode, count, load.meanMillis(), inFlight, rate, 100 * rate / ideal, ideal, provider.peak());
                assertThat(count.lost()).isZero();
                assertThat(count.duplicated()).isZero();
                assertThat(count.deadLettered()).isZero();
                assertThat(provider.peak()).isLessThanOrEqualTo(inFlight);
                if (Goal.isFull() && mode == Mode.AT_LEAST_ONCE) {
                    assertThat(rate / ideal).isGreaterThan(0.85);
                }
                assertThat(gateway.gateway().inFlight()).isZero();
            }
        }
    }

    /** What a reader of committed answers is promised. */
    private enum Mode {
        AT_LEAST_ONCE,
        TRANSACTIONAL;

        String transactional() {
            return Boolean.toString(this == TRANSACTIONAL);
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whateverIsKilledAndStartedAgainNothingIsLost(Mode mode) throws Exception {
        int prompts = Goal.either(10_000, 300);
        int rounds = Goal.either(20, 1);
        int inFlight = Goal.either(IN_FLIGHT, 64);
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("kafka"));
                TestKafka kafka = TestKafka.at(broker.address());
                FakeProvider provider = FakeProvider.start()) {
            KafkaLoad load = new KafkaLoad(kafka, prompts, Goal.either(200, 100), Goal.either(5_000, 1_500));
            provider.always(load.model());
            TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT);
            Thread producer = load.produceAhead(2 * inFlight);
            try (KafkaFaults faults = new KafkaFaults(
                    folder,
                    broker,
                    provider,
                    List.of(
                            "-Dechelon.kafka.max-in-flight=" + inFlight,
                            "-Dechelon.kafka.transactional=" + mode.transactional()))) {
                long begun = System.nanoTime();
                for (int i = 1; i <= 2 * rounds; i++) {
                    int until = prompts * i / (2 * rounds + 1);
                    await().atMost(Duration.ofSeconds(90))
                            .pollInterval(Duration.ofMillis(10))
                            .until(() ->
                                    load.asked() >= until || !faults.gateway().isAlive());
                    faults.strike(
                            i % 2 == 1 ? Kind.GATEWAY_KILLED : i % 4 == 2 ? Kind.BROKER_KILLED : Kind.BROKER_STOPPED);
                }
                producer.join();
                KafkaLoad.Count count = load.count(Duration.ofMinutes(5));
                Goal.figure(
                        "G5 %s: %s; %s; %d calls upstream, at most %d at once; %d s",
                        mode,
                        count,
                        faults.summary(count),
                        provider.count(),
                        provider.peak(),
                        Duration.ofNanos(System.nanoTime() - begun).toSeconds());
                assertThat(count.produced()).isEqualTo(prompts);
                assertThat(count.lost()).isZero();
                // a third kill while it is under way again looks like a prompt that ends the process; one at a time is
                // then
                assertThat(count.deadLettered()).isLessThanOrEqualTo(rounds);
                assertThat(load.whyDeadLettered()).isSubsetOf(Set.of("crashes_the_process"));
                if (Goal.isFull() || mode == Mode.TRANSACTIONAL) {
                    assertThat(count.duplicated())
                            .isLessThanOrEqualTo(mode == Mode.TRANSACTIONAL ? 0 : faults.inFlight());
                }
                assertThat(faults.faults()).allSatisfy(it -> assertThat(faults.repeatedBy(it, count))
                        .as(it.toString())
                        .isLessThanOrEqualTo(inFlight + UNSURE));
                assertThat(faults.faults().stream()
                                .mapToLong(it -> faults.repeatedBy(it, count))
                                .sum())
                        .as("none is repeated without a fault")
                        .isEqualTo(count.duplicated());
                assertThat(faults.gateway().isAlive()).isTrue();
            }
        }
    }
}

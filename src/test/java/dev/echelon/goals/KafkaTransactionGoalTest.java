package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.TestKafka;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replies and offsets in one transaction: whatever the broker does, a reader of what is committed sees each answer once. */
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
                // in full the second time longer than a transaction may take, so that the broker ends it
                restartBroker(restart == 1 ? Duration.ZERO : Duration.ofSeconds(Goal.either(12, 1)));
            }
            KafkaLoad.Count count = load.count(kafka, Duration.ofMinutes(1));
            Goal.figure("Kafka transactional, broker restarts x 2: %s; %d calls upstream", count, provider.count());
            assertThat(count.lost()).isZero();
            assertThat(count.duplicated()).isZero();
            assertThat(count.deadLettered()).isZero();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private TestGateway gateway() throws Exception {
        return TestGateway.oneModel(folder, provider.baseUrl(), 2 * IN_FLIGHT)
                .kafka(kafka.address(), Map.of("transactional", "true"))
                .start();
    }
}

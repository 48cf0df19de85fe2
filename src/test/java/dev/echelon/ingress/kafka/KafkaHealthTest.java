package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.ingress.kafka.TrackingConsumer.Snapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator is told. */
class KafkaHealthTest {

    private static final Snapshot READS =
            new Snapshot(2, 5, Duration.ofSeconds(7).toNanos(), false, false);

    @Test
    void consumersAreAddedUp() {
        Snapshot full = new Snapshot(1, 256, Duration.ofSeconds(3).toNanos(), true, false);

        assertThat(KafkaHealth.message(true, List.of(READS)))
                .isEqualTo("broker up, 2 partitions, 5 prompts open, the oldest for 7 s");
        assertThat(KafkaHealth.message(true, List.of(READS, full)))
                .isEqualTo("broker up, 3 partitions, 261 prompts open, the oldest for 7 s, paused");
        assertThat(KafkaHealth.message(false, List.of()))
                .isEqualTo("broker down, 0 partitions, 0 prompts open, the oldest for 0 s");
    }

    @Test
    void whoHasLostItsNameSaysSo() {
        assertThat(KafkaHealth.message(false, List.of(Snapshot.FENCED)))
                .startsWith("broker down, 0 partitions, 0 prompts open")
                .endsWith("fenced: another process has the name echelon.kafka.instance");
    }
}

package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.PromptLoad;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator is told. */
class KafkaHealthTest {

    private static final Snapshot READS = reads("a", 2, 5, Duration.ofSeconds(7), false);

    private static Snapshot reads(String topic, int partitions, int open, Duration oldest, boolean paused) {
        PromptLoad load = new PromptLoad(partitions, 0, open, 0, oldest.toNanos());
        return new Snapshot(0, Map.of(topic, load), paused, false);
    }

    @Test
    void consumersAreAddedUp() {
        Snapshot full = reads("b", 1, 256, Duration.ofSeconds(3), true);

        assertThat(KafkaHealth.message(true, List.of(READS)))
                .isEqualTo("broker up, 2 partitions, 5 prompts open, the oldest for 7 s");
        assertThat(KafkaHealth.message(true, List.of(READS, full)))
                .isEqualTo("broker up, 3 partitions, 261 prompts open, the oldest for 7 s, paused");
        assertThat(KafkaHealth.message(false, List.of()))
                .isEqualTo("broker down, 0 partitions, 0 prompts open, the oldest for 0 s");
    }

    @Test
    void promptsAgeWhileNobodyLooks() {
        Snapshot later = READS.until(Duration.ofSeconds(5).toNanos());

        assertThat(KafkaHealth.message(true, List.of(later))).contains("5 prompts open, the oldest for 12 s");
        assertThat(reads("a", 2, 0, Duration.ZERO, false).until(1_000).load().oldestNanos())
                .isZero();
    }

    @Test
    void whoHasLostItsNameSaysSo() {
        assertThat(KafkaHealth.message(false, List.of(Snapshot.FENCED)))
                .startsWith("broker down, 0 partitions, 0 prompts open")
                .endsWith("fenced: another process has the name echelon.kafka.instance");
    }
}

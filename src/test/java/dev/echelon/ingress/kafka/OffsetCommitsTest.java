package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Commits to a group that does not answer those that nobody waits for. */
class OffsetCommitsTest {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final AssignedPartitions partitions = new AssignedPartitions();
    private long now;
    private int unanswered;
    private final MockConsumer<Object, Object> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST) {
        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
            if (callback == null) {
                super.commitAsync(offsets, null); // of commitSync
            } else {
                unanswered++;
            }
        }
    };
    private final OffsetCommits commits = new OffsetCommits(consumer, partitions, () -> now);

    @Test
    void theLastCommitDoesNotRelyOnOneThatIsUnderWay() {
        consumer.assign(List.of(PARTITION));
        PartitionTracker tracker = partitions.tracker(PARTITION);
        tracker.begin(0, now);
        tracker.finish(0);
        now += 1_000_000_000;
        commits.tick();
        assertThat(unanswered).isEqualTo(1);

        commits.last(List.of(PARTITION));

        OffsetAndMetadata committed = consumer.committed(Set.of(PARTITION)).get(PARTITION);
        assertThat(committed).isNotNull();
        assertThat(committed == null ? -1 : committed.offset()).isEqualTo(1);
    }
}

package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.PromptLoad;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What a consumer knows of its partitions, while they come and go and their logs are cut. */
class AssignedPartitionsTest {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final AssignedPartitions partitions = new AssignedPartitions();

    private PartitionTracker read(long from, long to) {
        for (long offset = from; offset < to; offset++) {
            partitions.startAnewIfCut(PARTITION, offset);
            assertThat(partitions.tracker(PARTITION).begin(offset, 0)).isTrue();
        }
        return partitions.tracker(PARTITION);
    }

    private long committed() {
        OffsetAndMetadata mark = partitions.marks().get(PARTITION);
        return mark == null ? -1 : mark.offset();
    }

    @Test
    void whatIsReadAgainAfterALogWasCutIsBegun() {
        partitions.assigned(List.of(PARTITION));
        partitions.learned(Map.of());
        PartitionTracker before = read(0, 10);
        before.finish(0);
        before.finish(7);
        assertThat(committed()).isEqualTo(1);

        assertThat(partitions.startAnewIfCut(PARTITION, 5)).isTrue();
        PartitionTracker after = read(5, 12);

        assertThat(before.isReleased()).isTrue();
        assertThat(after.isReleased()).isFalse();
        assertThat(after.open()).isEqualTo(7);
        assertThat(committed()).isEqualTo(5);
        // of the records that were there before
        before.finish(5);
        before.finish(6);
        assertThat(partitions.open()).isEqualTo(7);
        after.finish(5);
        assertThat(committed()).isEqualTo(6);
    }

    @Test
    void whatTheyHoldIsToldByTopic() {
        TopicPartition second = new TopicPartition("t", 1);
        TopicPartition other = new TopicPartition("u", 0);
        partitions.assigned(List.of(PARTITION, second));
        partitions.learned(Map.of());
        partitions.assigned(List.of(other));
        partitions.tracker(PARTITION).begin(0, 100);
        partitions.tracker(PARTITION).begin(1, 200);
        partitions.tracker(PARTITION).started();
        partitions.tracker(second).begin(0, 150);

        assertThat(partitions.load(Set.of(second, other), 1_000))
                .containsOnly(
                        Map.entry("t", new PromptLoad(2, 1, 3, 2, 900)), Map.entry("u", new PromptLoad(1, 1, 0, 0, 0)));

        partitions.forget(List.of(PARTITION, other));
        assertThat(partitions.load(Set.of(), 1_000)).containsOnly(Map.entry("t", new PromptLoad(1, 0, 1, 1, 850)));
    }

    @Test
    void aLogThatBeginsAnewIsReadAnew() {
        String everything = FinishedOffsets.write(BitSet.valueOf(new long[] {-1}));
        partitions.assigned(List.of(PARTITION));
        partitions.learned(Map.of(PARTITION, new OffsetAndMetadata(500, everything)));

        assertThat(partitions.startAnewIfCut(PARTITION, 0)).isTrue();
        assertThat(read(0, 2).base()).isZero();
        assertThat(committed()).isZero();
    }

    @Test
    void whatIsReadOnIsNoCut() {
        partitions.assigned(List.of(PARTITION));
        partitions.learned(Map.of(PARTITION, new OffsetAndMetadata(500, "")));

        assertThat(partitions.startAnewIfCut(PARTITION, 500)).isFalse();
        PartitionTracker tracker = read(500, 502);
        assertThat(partitions.startAnewIfCut(PARTITION, 502)).isFalse();
        // a gap, as compaction leaves it
        assertThat(partitions.startAnewIfCut(PARTITION, 510)).isFalse();
        assertThat(partitions.startAnewIfCut(new TopicPartition("t", 1), 0)).isFalse();
        assertThat(tracker.isReleased()).isFalse();
    }

    @Test
    void aCommitOfBeforeSaysNothingOfAPartitionThatHasComeBack() {
        read(0, 3).finish(0);
        Runnable covered = partitions.covered(List.of(PARTITION));
        assertThat(partitions.uncommitted()).isOne();

        partitions.forget(List.of(PARTITION));
        PartitionTracker again = read(1, 5);
        covered.run();
        assertThat(partitions.uncommitted()).isZero();
        again.finish(1);
        assertThat(partitions.uncommitted()).isOne();
        partitions.covered(List.of(PARTITION)).run();
        assertThat(partitions.uncommitted()).isZero();
    }

    @Test
    void whatCamelHoldsIsForgottenWithThePartition() {
        partitions.hold(List.of(PARTITION));
        assertThat(partitions.isHeld(PARTITION)).isTrue();
        partitions.forget(List.of(PARTITION));
        assertThat(partitions.isAnyHeld()).isFalse();

        partitions.hold(List.of(PARTITION));
        partitions.letGo(List.of(PARTITION));
        assertThat(partitions.isHeld(PARTITION)).isFalse();
    }

    @Test
    void whoGoesBackToWhatIsCommittedFindsItUnderWay() {
        read(3, 8);

        assertThat(partitions.covers(PARTITION, 3)).isTrue();
        assertThat(partitions.covers(PARTITION, 8)).isTrue();
        assertThat(partitions.covers(PARTITION, 2)).isFalse();
        assertThat(partitions.covers(PARTITION, 9)).isFalse();
        assertThat(partitions.covers(new TopicPartition("t", 1), 3)).isFalse();
    }
}

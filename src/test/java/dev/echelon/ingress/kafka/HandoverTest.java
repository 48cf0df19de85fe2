package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.PromptListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when a partition goes, with commits and models that do what the test says. */
class HandoverTest implements Commits, Deliveries.Stages, ConsumerRebalanceListener {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    private Path folder;

    private final AssignedPartitions partitions = new AssignedPartitions();
    private final List<String> log = new ArrayList<>();

    @Nullable
    private RuntimeException commitFails;

    private Deliveries.@Nullable Done asked;
    private int unsure;
    private long now = 1;
    private CrashLog crashLog;
    private Deliveries deliveries;
    private Handover handover;
    private ConsumerRebalanceListener listener;

    @BeforeEach
    void open() {
        crashLog = CrashLog.open(folder.resolve("log"));
        RetryRules rules = new RetryRules(Duration.ofHours(1), () -> 1);
        deliveries = new Deliveries(
                this, rules, crashLog, PromptListener.NONE, () -> now, TestSettings.of(4, false, false, folder));
        handover = new Handover(partitions, deliveries, this, () -> now++, Duration.ofNanos(5));
        listener = handover.listener(this, added -> log.add("pause"));
        listener.onPartitionsAssigned(List.of(PARTITION));
        partitions.learned(Map.of());
    }

    @Override
    @AfterEach
    public void close() {
        crashLog.close();
    }

    @Override
    public void tick() {
        // nothing: only the last commit matters here
    }

    @Override
    public void last(Collection<TopicPartition> leaving) {
        log.add("commit "
                + partitions.marks(leaving).values().stream()
                        .mapToLong(it -> it.offset())
                        .sum());
        if (commitFails != null) {
            throw commitFails;
        }
    }

    @Override
    public int waiting() {
        return 0;
    }

    @Override
    public int unsure() {
        return unsure;
    }

    @Override
    public void ask(Delivery delivery, Deliveries.Done done) {
        asked = done;
    }

    @Override
    public void answer(Delivery delivery, Deliveries.Done done) {
        done.done(null);
    }

    @Override
    public void deadLetter(Delivery delivery, Deliveries.Done done) {
        done.done(null);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        log.add("assigned");
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> leaving) {
        log.add("revoked");
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
        log.add("lost");
    }

    private PartitionTracker take() {
        PartitionTracker tracker = partitions.tracker(PARTITION);
        tracker.begin(0, now);
        deliveries.take(new Delivery(new ConsumerRecord<>("t", 0, 0, new byte[] {1}, new byte[] {1}), tracker));
        return tracker;
    }

    private void answer() {
        assertThat(asked).isNotNull();
        if (asked != null) {
            asked.done(null);
        }
    }

    @Test
    void whatIsUnderWayIsWaitedForAndCommitted() {
        PartitionTracker tracker = take();
        answer();
        listener.onPartitionsRevoked(List.of(PARTITION));

        assertThat(log).containsExactly("assigned", "pause", "commit 1", "revoked");
        assertThat(tracker.isReleased()).isTrue();
        assertThat(partitions.all()).isEmpty();
    }

    @Test
    void whatTakesTooLongIsLeftToOthers() {
        PartitionTracker tracker = take();
        listener.onPartitionsRevoked(List.of(PARTITION));

        assertThat(log).containsExactly("assigned", "pause", "commit 0", "revoked");
        assertThat(tracker.isReleased()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitThatFailsIsNobodyElsesTrouble(boolean ofKafka) {
        PartitionTracker tracker = take();
        answer();
        commitFails = ofKafka ? new KafkaException("fenced") : new IllegalStateException("no transaction");
        listener.onPartitionsRevoked(List.of(PARTITION));

        assertThat(log).endsWith("commit 1", "revoked");
        assertThat(tracker.isReleased()).isTrue();
    }

    @Test
    void whatIsLostIsNotCommitted() {
        PartitionTracker tracker = take();
        listener.onPartitionsLost(List.of(PARTITION));

        assertThat(log).containsExactly("assigned", "pause", "lost");
        assertThat(tracker.isReleased()).isTrue();
        assertThat(partitions.all()).isEmpty();
    }

    @Test
    void whoClosesWhileTheGroupSharesOutStaysUntilItTakesHisCommit() {
        take();
        answer();
        unsure = 1;
        commitFails = new RebalanceInProgressException();
        List<String> polls = new ArrayList<>();
        handover.awaitGroup(
                () -> {
                    polls.add("poll");
                    commitFails = polls.size() < 3 ? new WakeupException() : null;
                },
                Duration.ofNanos(100));

        assertThat(polls).hasSize(3);
        assertThat(log).containsExactly("assigned", "pause", "commit 1", "commit 0", "commit 0", "commit 0");
    }

    @Test
    void whoClosesStaysNoLongerThanHeMay() {
        unsure = 1;
        commitFails = new RebalanceInProgressException();
        handover.awaitGroup(() -> log.add("poll"), Duration.ofNanos(4));

        assertThat(log).contains("poll").hasSizeLessThan(10);
    }

    @Test
    void whoHasCommittedAllClosesAtOnce() {
        handover.awaitGroup(() -> log.add("poll"), Duration.ofNanos(100));

        assertThat(log).containsExactly("assigned", "pause");
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what is finished, which is after its reply has been acknowledged: what is finished and not committed when the
 * process dies is repeated. Used by the poll thread.
 */
final class OffsetCommits implements Commits {

    private static final Logger LOG = LoggerFactory.getLogger(OffsetCommits.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long INTERVAL = Duration.ofMillis(100).toNanos();

    /** So many are committed at once. */
    private static final int MANY = 32;

    private final Consumer<?, ?> consumer;
    private final AssignedPartitions partitions;
    private final Ticker ticker;
    private long committedAt;
    private boolean committing;

    OffsetCommits(Consumer<?, ?> consumer, AssignedPartitions partitions, Ticker ticker) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.ticker = ticker;
        this.committedAt = ticker.nanos();
    }

    @Override
    public void tick() {
        long now = ticker.nanos();
        if (now - committedAt < INTERVAL && (committing || partitions.uncommitted() < MANY)) {
            return;
        }
        committedAt = now;
        Map<TopicPartition, OffsetAndMetadata> marks = partitions.marks();
        if (!marks.isEmpty()) {
            Runnable covered = partitions.covered(marks.keySet());
            committing = true;
            consumer.commitAsync(marks, (offsets, failure) -> {
                committing = false;
                if (failure == null) {
                    covered.run();
                } else {
                    LOG.debug("a commit failed and is repeated", failure);
                    partitions.markAgain(offsets.keySet());
                }
            });
        }
    }

    @Override
    public void last(Collection<TopicPartition> leaving) {
        // a commit that is under way may fail, and there is no other after this one
        partitions.markAgain(leaving);
        Map<TopicPartition, OffsetAndMetadata> marks = partitions.marks(leaving);
        if (!marks.isEmpty()) {
            consumer.commitSync(marks, PATIENCE);
        }
    }

    @Override
    public int unsure() {
        return partitions.uncommitted();
    }

    @Override
    public int waiting() {
        return 0;
    }

    @Override
    public void close() {
        // nothing: the consumer is not its own
    }
}

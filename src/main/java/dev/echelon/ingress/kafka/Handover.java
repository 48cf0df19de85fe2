package dev.echelon.ingress.kafka;

import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Partitions that come and go: what is under way of one is waited for before another has it. Used by the poll thread. */
final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final long STEP = Duration.ofMillis(100).toNanos();

    private final AssignedPartitions partitions;
    private final Deliveries deliveries;
    private final Commits commits;
    private final Ticker ticker;
    private final long patience;

    /** @param patience how long what is under way is waited for */
    Handover(AssignedPartitions partitions, Deliveries deliveries, Commits commits, Ticker ticker, Duration patience) {
        this.partitions = partitions;
        this.deliveries = deliveries;
        this.commits = commits;
        this.ticker = ticker;
        this.patience = patience.toNanos();
    }

    private void revoked(Collection<TopicPartition> leaving) {
        revoke(leaving);
        try {
            drain();
            commits.last(leaving);
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn(
                    "the last commit of revoked partitions failed: {}",
                    e.getClass().getName());
        } finally {
            partitions.forget(leaving);
        }
    }

    private void drain() {
        long end = ticker.nanos() + patience;
        try {
            for (long left = patience; deliveries.revoked() > 0 && left > 0; left = end - ticker.nanos()) {
                deliveries.work(Math.min(left, STEP));
                commits.tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (deliveries.revoked() > 0) {
            LOG.warn("{} prompts are given away unfinished, and will be repeated", deliveries.revoked());
        }
    }

    /**
     * Before the consumer leaves. A group that shares its partitions out takes no commits, and whoever leaves it then has
     * left all that he answered since to be answered again: he stays until that is done.
     *
     * @param poll takes part in it for a moment, and reads nothing
     * @param atMost how long
     * @throws KafkaException when the commit fails for another reason
     */
    void awaitGroup(Runnable poll, Duration atMost) {
        revoke(partitions.all());
        long end = ticker.nanos() + atMost.toNanos();
        while ((commits.unsure() > 0 || deliveries.revoked() > 0) && ticker.nanos() < end) {
            deliveries.work();
            try {
                commits.last(partitions.all());
                return;
            } catch (RebalanceInProgressException | WakeupException e) {
                poll.run();
            }
        }
    }

    /** Others have them already. */
    void lost(Collection<TopicPartition> gone) {
        revoke(gone);
        partitions.forget(gone);
    }

    private void revoke(Collection<TopicPartition> leaving) {
        partitions.revoke(leaving);
        deliveries.drop();
    }

    /**
     * For the consumer's subscription.
     *
     * @param camels which is told too
     * @param pause stops reading, until it is known what is finished
     */
    ConsumerRebalanceListener listener(ConsumerRebalanceListener camels, Consumer<Collection<TopicPartition>> pause) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> added) {
                camels.onPartitionsAssigned(added);
                partitions.assigned(added);
                pause.accept(added);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> leaving) {
                try {
                    revoked(leaving);
                } finally {
                    camels.onPartitionsRevoked(leaving);
                }
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> gone) {
                lost(gone);
                camels.onPartitionsLost(gone);
            }
        };
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer whose records may be finished in any order. It commits only what lies below the lowest unfinished record,
 * reads no more than may be in flight, and waits for what is under way before it gives a partition away. All of that
 * happens inside {@link #poll}, on the one thread that may use a Kafka consumer.
 *
 * <p>What it returns are not the records: their headers stay here, and their value is a {@link Taken}.
 */
final class TrackingConsumer extends KafkaConsumer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(TrackingConsumer.class);
    private static final Duration BUSY = Duration.ofMillis(20);
    private static final Duration COMMIT_WAIT = Duration.ofSeconds(5);
    /** What is finished and not committed when the process dies is repeated. */
    private static final long COMMIT_NANOS = Duration.ofMillis(100).toNanos();

    private final KafkaSettings settings;
    private final Deliveries deliveries;
    private final Ticker ticker;
    private final BooleanSupplier heldBack;
    private final Map<TopicPartition, PartitionTracker> trackers = new HashMap<>();
    private final Set<TopicPartition> unknown = new HashSet<>();
    private final Set<TopicPartition> heldByCamel = new HashSet<>();
    private long committedAt;
    private volatile Snapshot snapshot = new Snapshot(0, 0, 0, false);

    /** A record that is open, on its way through Camel. */
    static final class Taken {

        private final Deliveries deliveries;
        private final Delivery delivery;

        Taken(Deliveries deliveries, Delivery delivery) {
            this.deliveries = deliveries;
            this.delivery = delivery;
        }

        void begin() {
            deliveries.take(delivery);
        }
    }

    /**
     * How it stands; readable from any thread.
     *
     * @param partitions assigned
     * @param open records
     * @param oldestNanos age of the oldest of them
     * @param paused whether nothing is read at the moment
     */
    record Snapshot(int partitions, int open, long oldestNanos, boolean paused) {}

    /** @param heldBack whether the process cannot take more for a while */
    TrackingConsumer(
            Properties properties,
            KafkaSettings settings,
            Deliveries deliveries,
            Ticker ticker,
            BooleanSupplier heldBack) {
        super(properties);
        this.settings = settings;
        this.deliveries = deliveries;
        this.ticker = ticker;
        this.heldBack = heldBack;
        this.committedAt = ticker.nanos();
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        learn();
        deliveries.work();
        commitIfDue();
        steer();
        boolean busy = deliveries.isBusy() || !unknown.isEmpty();
        return taken(super.poll(busy && timeout.compareTo(BUSY) > 0 ? BUSY : timeout));
    }

    private ConsumerRecords<Object, Object> taken(ConsumerRecords<Object, Object> read) {
        if (read.isEmpty()) {
            return read;
        }
        long now = ticker.nanos();
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> taken = new HashMap<>();
        for (ConsumerRecord<Object, Object> record : read) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            PartitionTracker tracker = trackers.computeIfAbsent(partition, any -> PartitionTracker.fresh());
            if (tracker.begin(record.offset(), now)) {
                Taken value = new Taken(deliveries, new Delivery(original(record), tracker));
                taken.computeIfAbsent(partition, any -> new ArrayList<>())
                        .add(new ConsumerRecord<>(record.topic(), record.partition(), record.offset(), null, value));
            }
        }
        return taken.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(taken);
    }

    private static ConsumerRecord<byte[], byte[]> original(ConsumerRecord<Object, Object> record) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                (byte[]) record.key(),
                (byte[]) record.value(),
                record.headers(),
                record.leaderEpoch());
    }

    /** Nothing is read of a partition before it is known what of it is finished. */
    private void learn() {
        if (unknown.isEmpty()) {
            return;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = super.committed(Set.copyOf(unknown), COMMIT_WAIT);
            for (TopicPartition partition : unknown) {
                OffsetAndMetadata mark = committed.get(partition);
                trackers.put(
                        partition,
                        mark == null
                                ? PartitionTracker.fresh()
                                : PartitionTracker.restore(mark.offset(), mark.metadata()));
            }
            unknown.clear();
        } catch (KafkaException e) {
            LOG.warn(
                    "the committed offsets could not be read, and are asked for again: {}",
                    e.getClass().getName());
        }
    }

    /** Reads on where there is room, and no further where there is none. */
    private void steer() {
        long now = ticker.nanos();
        int size = settings.pollSize();
        int open = 0;
        long oldest = now;
        for (PartitionTracker tracker : trackers.values()) {
            open += tracker.open();
            oldest = Math.min(oldest, tracker.oldest(now));
        }
        boolean full = open + size > Math.max(size, settings.maxInFlight())
                || deliveries.isStalled()
                || heldBack.getAsBoolean();
        Set<TopicPartition> assigned = super.assignment();
        Set<TopicPartition> paused = super.paused();
        List<TopicPartition> pause = new ArrayList<>();
        List<TopicPartition> resume = new ArrayList<>();
        for (TopicPartition partition : assigned) {
            PartitionTracker tracker = trackers.get(partition);
            boolean stop = full
                    || unknown.contains(partition)
                    || heldByCamel.contains(partition)
                    || (tracker != null && !tracker.hasRoom(size));
            if (stop != paused.contains(partition)) {
                (stop ? pause : resume).add(partition);
            }
        }
        super.pause(pause);
        super.resume(resume);
        snapshot = new Snapshot(assigned.size(), open, now - oldest, full || !heldByCamel.isEmpty());
    }

    private void commitIfDue() {
        long now = ticker.nanos();
        if (now - committedAt < COMMIT_NANOS) {
            return;
        }
        committedAt = now;
        Map<TopicPartition, OffsetAndMetadata> marks = marks(trackers.keySet());
        if (!marks.isEmpty()) {
            super.commitAsync(marks, (offsets, failure) -> {
                if (failure != null) {
                    LOG.debug("a commit failed and is repeated", failure);
                    offsets.keySet().forEach(this::markAgain);
                }
            });
        }
    }

    private void markAgain(TopicPartition partition) {
        PartitionTracker tracker = trackers.get(partition);
        if (tracker != null) {
            tracker.markAgain();
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> marks(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> marks = new HashMap<>();
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.get(partition);
            PartitionTracker.Mark mark = tracker == null ? null : tracker.mark();
            if (mark != null) {
                marks.put(partition, new OffsetAndMetadata(mark.offset(), mark.metadata()));
            }
        }
        return marks;
    }

    private void assigned(Collection<TopicPartition> partitions) {
        unknown.addAll(partitions);
        super.pause(partitions);
    }

    private void revoked(Collection<TopicPartition> partitions) {
        revoke(partitions);
        long end = ticker.nanos() + settings.drain().toNanos();
        try {
            for (long left = end - ticker.nanos(); deliveries.revoked() > 0 && left > 0; left = end - ticker.nanos()) {
                deliveries.work(Math.min(left, COMMIT_NANOS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (deliveries.revoked() > 0) {
            LOG.warn("{} prompts are given away unfinished, and will be repeated", deliveries.revoked());
        }
        Map<TopicPartition, OffsetAndMetadata> marks = marks(partitions);
        if (!marks.isEmpty()) {
            try {
                super.commitSync(marks, COMMIT_WAIT);
            } catch (KafkaException e) {
                LOG.warn(
                        "the last commit of revoked partitions failed: {}",
                        e.getClass().getName());
            }
        }
        forget(partitions);
    }

    private void lost(Collection<TopicPartition> partitions) {
        revoke(partitions);
        forget(partitions);
    }

    private void revoke(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.get(partition);
            if (tracker != null) {
                tracker.revoke();
            }
        }
        deliveries.drop();
    }

    private void forget(Collection<TopicPartition> partitions) {
        trackers.keySet().removeAll(partitions);
        unknown.removeAll(partitions);
        heldByCamel.removeAll(partitions);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        heldByCamel.addAll(partitions);
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        heldByCamel.removeAll(partitions);
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Rebalance(listener));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(pattern, new Rebalance(listener));
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** Prompts that are being worked on. */
    int running() {
        return deliveries.running();
    }

    private final class Rebalance implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener camels;

        Rebalance(ConsumerRebalanceListener camels) {
            this.camels = camels;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            camels.onPartitionsAssigned(partitions);
            assigned(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revoked(partitions);
            camels.onPartitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost(partitions);
            camels.onPartitionsLost(partitions);
        }
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.PromptLoad;
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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
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
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSING = Duration.ofSeconds(30);
    private static final Duration STAYING = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(100);

    /** So many more than may be in flight may be repeated after a crash: nothing is read on while commits fail. */
    private static final int UNSURE = 64;

    private final KafkaSettings settings;
    private final Deliveries deliveries;
    private final Ticker ticker;
    private final BooleanSupplier heldBack;
    private final AssignedPartitions partitions = new AssignedPartitions();
    private final Commits commits;
    private final Handover handover;
    private final Owner owner;
    private boolean isFenced;
    private volatile Snapshot snapshot = Snapshot.NOTHING;

    /** Hears of it, on the poll thread. */
    interface Owner {

        /** It reads these topics from now on; some may have been told before. */
        void reads(Collection<String> topics);

        /** Nothing runs here any more. */
        void closed(TrackingConsumer consumer);
    }

    /**
     * @param heldBack whether the process cannot take more for a while
     * @param producers makes the one that commits, in transactions; {@code null} where the consumer commits
     */
    TrackingConsumer(
            Properties properties,
            KafkaSettings settings,
            Deliveries deliveries,
            Ticker ticker,
            BooleanSupplier heldBack,
            @Nullable Supplier<Producer<Object, Object>> producers,
            Owner owner) {
        super(properties);
        this.settings = settings;
        this.deliveries = deliveries;
        this.ticker = ticker;
        this.heldBack = heldBack;
        this.owner = owner;
        this.commits = producers == null
                ? new OffsetCommits(this, partitions, ticker)
                : new TransactionCommits(this, deliveries, producers, ticker);
        this.handover = new Handover(partitions, deliveries, commits, ticker, settings.drain());
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        try {
            return isFenced ? runOut(timeout) : read(timeout);
        } catch (FencedInstanceIdException e) {
            LOG.error("another process has this one's name, echelon.kafka.instance: this one reads no more prompts");
            isFenced = true;
            snapshot = Snapshot.FENCED;
            handover.lost(super.assignment());
            commits.close();
            return ConsumerRecords.empty();
        }
    }

    /** Only sees what runs to its end. */
    private ConsumerRecords<Object, Object> runOut(Duration timeout) {
        try {
            deliveries.work(timeout.toNanos());
            commits.tick();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ConsumerRecords.empty();
    }

    private ConsumerRecords<Object, Object> read(Duration timeout) {
        deliveries.work();
        commits.tick();
        learn();
        steer();
        boolean busy = deliveries.isBusy() || !partitions.unknown().isEmpty();
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
            if (partitions.startAnewIfCut(partition, record.offset())) {
                LOG.warn("the log of {} was cut: it is read anew from {} on", partition, record.offset());
                deliveries.drop();
            }
            PartitionTracker tracker = partitions.tracker(partition);
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
        Set<TopicPartition> unknown = partitions.unknown();
        if (unknown.isEmpty()) {
            return;
        }
        try {
            partitions.learned(super.committed(unknown, PATIENCE));
        } catch (KafkaException e) {
            LOG.warn(
                    "the committed offsets could not be read, and are asked for again: {}",
                    e.getClass().getName());
        }
    }

    /** Reads on where there is room, and no further where there is none. */
    private void steer() {
        int size = settings.pollSize();
        // what waits for a commit keeps no model busy, nor does what waits for a target that fails
        int busy = partitions.open() - Math.min(commits.waiting(), settings.maxInFlight()) - deliveries.waiting();
        boolean full = busy + size > Math.max(size, settings.maxInFlight())
                || busy + commits.unsure() > settings.maxInFlight() + UNSURE
                || deliveries.isStalled(size)
                || heldBack.getAsBoolean();
        Set<TopicPartition> assigned = super.assignment();
        Set<TopicPartition> paused = super.paused();
        Set<TopicPartition> stopped = new HashSet<>();
        List<TopicPartition> pause = new ArrayList<>();
        List<TopicPartition> resume = new ArrayList<>();
        for (TopicPartition partition : assigned) {
            boolean stop = full || partitions.isHeld(partition) || !partitions.hasRoom(partition, size);
            if (stop) {
                stopped.add(partition);
            }
            if (stop != paused.contains(partition)) {
                (stop ? pause : resume).add(partition);
            }
        }
        super.pause(pause);
        super.resume(resume);
        long now = ticker.nanos();
        Map<String, PromptLoad> topics = partitions.load(stopped, now);
        if (!topics.keySet().equals(snapshot.topics().keySet())) {
            // those of a pattern are not known before
            owner.reads(topics.keySet());
        }
        snapshot = new Snapshot(now, topics, full || partitions.isAnyHeld(), false);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        this.partitions.hold(partitions);
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        this.partitions.letGo(partitions);
    }

    /** Camel goes back to what is committed when a route is resumed; what has been read from there on is under way. */
    @Override
    public void seek(TopicPartition partition, long offset) {
        if (!partitions.covers(partition, offset)) {
            super.seek(partition, offset);
        }
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        if (!partitions.covers(partition, offset.offset())) {
            super.seek(partition, offset);
        }
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        owner.reads(topics);
        super.subscribe(topics, handover.listener(listener, super::pause));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(pattern, handover.listener(listener, super::pause));
    }

    /** Camel does so before it closes. */
    @Override
    public void unsubscribe() {
        awaitGroup();
        super.unsubscribe();
    }

    @Override
    public void close() {
        close(CLOSING);
    }

    @Override
    public void close(Duration timeout) {
        try {
            awaitGroup();
            super.close(timeout);
        } finally {
            handover.lost(partitions.all());
            commits.close();
            deliveries.close();
            owner.closed(this);
        }
    }

    private void awaitGroup() {
        try {
            handover.awaitGroup(this::takePart, STAYING);
        } catch (KafkaException | IllegalStateException e) {
            LOG.debug("what is left to be committed is committed when the partitions go", e);
        }
    }

    private void takePart() {
        super.pause(super.assignment());
        try {
            super.poll(STEP);
        } catch (WakeupException e) {
            LOG.trace("the consumer is being closed", e);
        }
    }

    /** How it stands; readable from any thread. */
    Snapshot snapshot() {
        return snapshot.until(ticker.nanos());
    }

    /** Prompts that are being worked on. */
    int running() {
        return deliveries.running();
    }
}

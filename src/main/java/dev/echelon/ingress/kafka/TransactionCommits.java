package dev.echelon.ingress.kafka;

import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends replies and commits the offsets of their prompts in one transaction: for readers of what is committed either both
 * have happened or neither. A prompt is finished when its transaction is. The group's generation, which goes along, keeps
 * out who has lost a partition without knowing it.
 *
 * <p>Where a transaction fails, it is not guessed how far it came: the offsets that the group then has tell which prompts
 * are finished, and the replies to the others are sent again in the next one. Used by the poll thread; a call takes a few
 * times {@code max.block.ms} at most, and what it leaves undone is done by the next.
 */
final class TransactionCommits implements Commits {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionCommits.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long INTERVAL = Duration.ofMillis(100).toNanos();
    private static final int MOST_DOUBLINGS = 5;
    private static final ReplyBatch NONE = new ReplyBatch(List.of());

    private final Consumer<?, ?> consumer;
    private final Deliveries deliveries;
    private final Supplier<Producer<Object, Object>> producers;
    private final Ticker ticker;

    private final Deque<Delivery> waiting = new ArrayDeque<>();
    private ReplyBatch batch = NONE;
    private int most = Integer.MAX_VALUE;
    private Phase phase = Phase.IDLE;
    private int failures;
    private long triedAt;
    private boolean isClosed;

    @Nullable
    private Producer<Object, Object> producer;

    /** What is to be done about the batch. */
    private enum Phase {
        /** Nothing: there is none. */
        IDLE,
        /** Its commit has been asked for, and no answer has come; only asking again gets one. */
        COMMITTING,
        /** Its transaction has to be aborted. */
        ABORTING,
        /** Its transaction has ended, nobody knows how. */
        CHECKING
    }

    /** @param producers makes one with a transactional id, always the same: a new one ends what the old one has begun */
    TransactionCommits(
            Consumer<?, ?> consumer,
            Deliveries deliveries,
            Supplier<Producer<Object, Object>> producers,
            Ticker ticker) {
        this.consumer = consumer;
        this.deliveries = deliveries;
        this.producers = producers;
        this.ticker = ticker;
        this.triedAt = ticker.nanos() - INTERVAL;
    }

    @Override
    public void tick() {
        waiting.addAll(deliveries.takeSent());
        if (ticker.nanos() - triedAt < INTERVAL << Math.min(failures, MOST_DOUBLINGS)) {
            return;
        }
        try {
            advance();
            failures = 0;
        } catch (InterruptException | WakeupException | FencedInstanceIdException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            failures++;
            LOG.warn(
                    "replies are not committed yet, and are tried again: {}",
                    e.getClass().getName());
        } finally {
            triedAt = ticker.nanos();
        }
    }

    @Override
    public void last(Collection<TopicPartition> leaving) {
        waiting.addAll(deliveries.takeSent());
        advance();
    }

    @Override
    public int waiting() {
        return waiting.size() + batch.deliveries().size();
    }

    private void advance() {
        if (isClosed) {
            abandonAll();
            return;
        }
        Producer<Object, Object> current = producer();
        switch (phase) {
            case COMMITTING -> commit(current);
            case ABORTING, CHECKING -> recover();
            case IDLE -> {
                // nothing is left over
            }
        }
        dropReleased();
        if (!waiting.isEmpty()) {
            transact(producer());
        }
    }

    private Producer<Object, Object> producer() {
        Producer<Object, Object> current = producer;
        if (current == null) {
            current = producers.get();
            try {
                current.initTransactions();
            } catch (KafkaException e) {
                current.close(Duration.ZERO);
                throw e;
            }
            producer = current;
        }
        return current;
    }

    private void dropReleased() {
        waiting.stream().filter(it -> it.tracker().isReleased()).forEach(deliveries::abandon);
        waiting.removeIf(it -> it.tracker().isReleased());
    }

    private void transact(Producer<Object, Object> current) {
        batch = new ReplyBatch(waiting.stream().limit(most).toList());
        batch.deliveries().forEach(it -> waiting.remove());
        phase = Phase.ABORTING;
        try {
            current.beginTransaction();
            batch.send(current);
            current.sendOffsetsToTransaction(batch.marks(), consumer.groupMetadata());
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            failed(e);
            return;
        }
        phase = Phase.COMMITTING;
        commit(current);
    }

    private void commit(Producer<Object, Object> current) {
        try {
            current.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            phase = Phase.ABORTING;
            failed(e);
            return;
        }
        phase = Phase.IDLE;
        most = most > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : most * 2;
        List<Delivery> committed = batch.deliveries();
        batch = NONE;
        committed.forEach(deliveries::finish);
    }

    private void failed(RuntimeException why) {
        boolean isExplained = batch.refusal() != null;
        recover();
        if (!isExplained) {
            throw why;
        }
    }

    private void recover() {
        if (phase == Phase.ABORTING) {
            abort();
            phase = Phase.CHECKING;
        }
        producer();
        check();
        phase = Phase.IDLE;
    }

    private void abort() {
        Producer<Object, Object> current = producer;
        if (current == null) {
            return;
        }
        try {
            current.abortTransaction();
        } catch (TimeoutException | InterruptException e) {
            throw e;
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn(
                    "a new producer takes over from one that failed: {}",
                    e.getClass().getName());
            producer = null;
            current.close(Duration.ZERO);
        }
    }

    private void check() {
        List<Delivery> checked = batch.deliveries();
        Map<TopicPartition, PartitionTracker> committed = committed(checked);
        ReplyBatch.Refusal refusal = batch.refusal();
        batch = NONE;
        for (Delivery delivery : checked) {
            PartitionTracker known = committed.get(delivery.partition());
            if (known != null && known.isFinished(delivery.record().offset())) {
                deliveries.finish(delivery);
            } else if (refusal != null && refusal.delivery() == delivery) {
                deliveries.failed(delivery, refusal.why());
            } else {
                waiting.add(delivery);
            }
        }
        if (refusal == null) {
            // should one be to blame all the same, the others get past it so
            most = Math.max(1, checked.size() / 2);
        }
    }

    private Map<TopicPartition, PartitionTracker> committed(List<Delivery> of) {
        Set<TopicPartition> ours = of.stream()
                .filter(it -> !it.tracker().isReleased() && !it.tracker().isOfCutLog())
                .map(Delivery::partition)
                .collect(Collectors.toSet());
        Map<TopicPartition, PartitionTracker> committed = new HashMap<>();
        if (!ours.isEmpty()) {
            consumer.committed(ours, PATIENCE).forEach((partition, mark) -> {
                if (mark != null) {
                    committed.put(partition, PartitionTracker.restore(mark.offset(), mark.metadata()));
                }
            });
        }
        return committed;
    }

    @Override
    public void close() {
        isClosed = true;
        Producer<Object, Object> current = producer;
        producer = null;
        if (current != null) {
            current.close(PATIENCE);
        }
        waiting.addAll(batch.deliveries());
        batch = NONE;
        abandonAll();
    }

    private void abandonAll() {
        waiting.forEach(deliveries::abandon);
        waiting.clear();
    }
}

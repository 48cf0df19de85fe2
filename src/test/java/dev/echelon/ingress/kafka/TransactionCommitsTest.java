package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.PromptListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How transactions end, with a virtual clock and clients that fail as the test says. */
class TransactionCommitsTest implements Deliveries.Stages {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final Serializer<Object> TEXT =
            (topic, value) -> String.valueOf(value).getBytes(StandardCharsets.UTF_8);
    private static final String SILENT = "silent";
    private static final String HUGE = "huge";
    private static final String POISON = "poison";

    @TempDir
    private Path folder;

    private PartitionTracker tracker = PartitionTracker.restore(0, "");
    private final List<Client> clients = new ArrayList<>();
    private final List<String> buried = new ArrayList<>();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);

    private long now = 1;
    private long next;
    private CrashLog crashLog;
    private Deliveries deliveries;
    private TransactionCommits commits;

    /** Refuses huge values, and knows which of its transactions were committed. */
    private static final class Client extends MockProducer<Object, Object> {

        Client() {
            super(true, TEXT, TEXT);
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<Object, Object> record, @Nullable Callback callback) {
            if (callback != null && record.value().equals(HUGE)) {
                RecordTooLargeException huge = new RecordTooLargeException("huge");
                callback.onCompletion(new RecordMetadata(PARTITION, -1, -1, -1, -1, -1), huge);
                return CompletableFuture.failedFuture(huge);
            }
            return super.send(record, callback);
        }

        @Override
        public void commitTransaction() {
            if (uncommittedRecords().stream().anyMatch(it -> it.value().equals(POISON))) {
                throw new KafkaException("nobody knows why");
            }
            super.commitTransaction();
        }

        List<String> sent() {
            return history().stream().map(it -> it.value().toString()).toList();
        }

        long committed() {
            OffsetAndMetadata last = null;
            for (Map<String, Map<TopicPartition, OffsetAndMetadata>> groups : consumerGroupOffsetsHistory()) {
                for (Map<TopicPartition, OffsetAndMetadata> offsets : groups.values()) {
                    last = offsets.get(PARTITION);
                }
            }
            return last == null ? -1 : last.offset();
        }
    }

    @BeforeEach
    void open() {
        crashLog = CrashLog.open(folder.resolve("log"));
        RetryRules rules = new RetryRules(Duration.ofHours(1), () -> 1);
        deliveries = new Deliveries(
                this, rules, crashLog, PromptListener.NONE, () -> now, TestSettings.of(256, false, true, folder));
        commits = new TransactionCommits(consumer, deliveries, this::client, () -> now);
        consumer.assign(List.of(PARTITION));
        commits.tick();
    }

    @AfterEach
    void close() {
        commits.close();
        crashLog.close();
    }

    private Producer<Object, Object> client() {
        Client client = new Client();
        clients.add(client);
        return client;
    }

    private Client client(int index) {
        return clients.get(index);
    }

    @Override
    public void ask(Delivery delivery, Deliveries.Done done) {
        if (!value(delivery).equals(SILENT)) {
            done.done(null);
        }
    }

    @Override
    public void answer(Delivery delivery, Deliveries.Done done) {
        delivery.newParcel().add(new ProducerRecord<>("answers", value(delivery)));
        done.done(null);
    }

    @Override
    public void deadLetter(Delivery delivery, Deliveries.Done done) {
        buried.add(value(delivery));
        delivery.newParcel().add(new ProducerRecord<>("dlq", "dead letter"));
        done.done(null);
    }

    private static String value(Delivery delivery) {
        return new String(delivery.record().value(), StandardCharsets.UTF_8);
    }

    private void take(String... values) {
        for (String value : values) {
            tracker.begin(next, now);
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            deliveries.take(new Delivery(new ConsumerRecord<>("t", 0, next++, null, bytes), tracker));
        }
    }

    private void tick() {
        now += Duration.ofSeconds(10).toNanos();
        deliveries.work();
        commits.tick();
    }

    @Test
    void repliesAreCommittedWithTheirOffsetsAndFinishedThen() {
        take("a", "b");
        deliveries.work();
        assertThat(tracker.open()).isEqualTo(2);
        tick();

        assertThat(client(0).sent()).containsExactly("a", "b");
        assertThat(client(0).committed()).isEqualTo(2);
        assertThat(tracker.open()).isZero();
        assertThat(deliveries.running()).isZero();
        assertThat(commits.waiting()).isZero();
    }

    @Test
    void offsetsStayBelowWhatIsOpen() {
        take("a", SILENT, "c");
        tick();

        assertThat(client(0).sent()).containsExactly("a", "c");
        assertThat(client(0).committed()).isEqualTo(1);
        assertThat(tracker.open()).isOne();
    }

    @Test
    void withoutAnswerTheCommitIsAskedForAgainAndNothingIsSentAgain() {
        client(0).commitTransactionException = new TimeoutException("no answer");
        take("a");
        tick();
        take("b");
        tick();
        assertThat(tracker.open()).isEqualTo(2);
        assertThat(commits.waiting()).isEqualTo(2);

        client(0).commitTransactionException = null;
        tick();
        assertThat(client(0).sent()).containsExactly("a", "b");
        assertThat(tracker.open()).isZero();
        assertThat(clients).hasSize(1);
    }

    @Test
    void aTransactionThatTheGroupRefusesIsAbortedAndMadeAgain() {
        client(0).sendOffsetsToTransactionException = new CommitFailedException("rebalance");
        take("a");
        tick();
        assertThat(client(0).transactionAborted()).isTrue();
        assertThat(tracker.open()).isOne();

        client(0).sendOffsetsToTransactionException = null;
        tick();
        assertThat(client(0).sent()).containsExactly("a");
        assertThat(client(0).committed()).isOne();
        assertThat(tracker.open()).isZero();
    }

    @Test
    void anAbortWithoutAnswerIsAskedForAgain() {
        client(0).sendOffsetsToTransactionException = new TimeoutException("no answer");
        client(0).abortTransactionException = new TimeoutException("no answer");
        take("a");
        tick();
        client(0).sendOffsetsToTransactionException = null;
        tick();
        assertThat(client(0).transactionInFlight()).isTrue();

        client(0).abortTransactionException = null;
        tick();
        assertThat(client(0).sent()).containsExactly("a");
        assertThat(clients).hasSize(1);
    }

    @Test
    void whatACommitThatFailedHasDoneAllTheSameIsNotSentAgain() {
        client(0).commitTransactionException = new ProducerFencedException("it had got through");
        client(0).abortTransactionException = new ProducerFencedException("it had got through");
        take("a", SILENT, "c");
        consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(1, marked(1))));
        tick();
        tick();

        assertThat(tracker.open()).isOne();
        assertThat(clients).hasSize(2);
        assertThat(client(0).closed()).isTrue();
        assertThat(client(1).sent()).isEmpty();
    }

    @Test
    void whatWasCommittedOfALogThatWasCutSaysNothingOfItsRecordsOfNow() {
        tracker = PartitionTracker.ofCutLog();
        client(0).commitTransactionException = new ProducerFencedException("too slow");
        client(0).abortTransactionException = new ProducerFencedException("too slow");
        take("a");
        consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(100, "")));
        tick();
        tick();

        assertThat(client(1).sent()).containsExactly("a");
        assertThat(client(1).committed()).isOne();
    }

    /** Metadata by which offset 2 is finished. */
    private static String marked(long base) {
        PartitionTracker other = PartitionTracker.restore(base, "");
        other.begin(1, 0);
        other.begin(2, 0);
        other.finish(2);
        PartitionTracker.Mark mark = other.mark();
        return mark == null ? "" : mark.metadata();
    }

    @Test
    void whatACommitThatFailedHasNotDoneIsSentByANewProducer() {
        client(0).commitTransactionException = new ProducerFencedException("too slow");
        client(0).abortTransactionException = new ProducerFencedException("too slow");
        take("a");
        tick();
        tick();

        assertThat(client(0).sent()).isEmpty();
        assertThat(client(1).sent()).containsExactly("a");
        assertThat(client(1).committed()).isOne();
        assertThat(tracker.open()).isZero();
    }

    @Test
    void oneReplyThatNoBrokerTakesIsADeadLetterAndTheOthersAreSent() {
        take("a", HUGE, "c");
        for (int i = 0; i < 4; i++) {
            tick();
        }

        assertThat(buried).containsExactly(HUGE);
        assertThat(client(0).sent()).containsExactly("a", "c", "dead letter");
        assertThat(client(0).committed()).isEqualTo(3);
        assertThat(tracker.open()).isZero();
    }

    @Test
    void oneReplyThatEndsTransactionsForNoKnownReasonHoldsTheOthersUpForAWhileOnly() {
        take("a", "b", POISON, "d", "e");
        for (int i = 0; i < 12; i++) {
            tick();
        }

        assertThat(client(0).sent()).containsExactlyInAnyOrder("a", "b", "d", "e");
        assertThat(commits.waiting()).isOne();
        assertThat(tracker.open()).isOne();
    }

    @Test
    void repliesToPromptsOfALostPartitionAreNotSent() {
        take("a", SILENT);
        deliveries.work();
        tracker.release();
        deliveries.drop();
        tick();

        assertThat(client(0).sent()).isEmpty();
        assertThat(commits.waiting()).isZero();
        // the silent one runs on until its model has answered
        assertThat(deliveries.running()).isOne();
    }

    @Test
    void whoHasBeenClosedSendsNothingAnyMore() {
        take("a");
        deliveries.work();
        commits.close();
        tick();

        assertThat(client(0).closed()).isTrue();
        assertThat(client(0).sent()).isEmpty();
        assertThat(clients).hasSize(1);
        assertThat(deliveries.running()).isZero();
    }

    @Test
    void whatHasBeenAnsweredAndWaitsForItsTransactionIsNotToBlameForACrash() {
        take("a", SILENT);
        deliveries.work();
        crashLog.close();
        CrashLog after = CrashLog.open(folder.resolve("log"));

        assertThat(after.deaths("t-0-0")).isZero();
        assertThat(after.deaths("t-0-1")).isPositive();
        after.close();
    }

    @Test
    void whatIsBeingTakenAwayIsCommittedBefore() {
        take("a");
        deliveries.work();
        tracker.revoke();
        commits.last(List.of(PARTITION));

        assertThat(client(0).sent()).containsExactly("a");
        assertThat(deliveries.revoked()).isZero();
    }
}

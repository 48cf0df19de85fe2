package dev.echelon.ingress.kafka;

import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * The producer of the routes in transactional mode. It sends nothing: what it is given goes into the {@link Outbox}, and
 * from there into a transaction of the consumer that read the prompt. It only makes sure that the topic is there, which may
 * take a while, so that a transaction need not wait for it.
 */
final class OutboxProducer extends KafkaProducer<Object, Object> {

    private final Outbox outbox;
    private final ReplyPartitions partitions;

    OutboxProducer(Properties properties, Outbox outbox, ReplyPartitions partitions) {
        super(properties);
        this.outbox = outbox;
        this.partitions = partitions;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> record) {
        return send(record, null);
    }

    /**
     * Done as soon as the record is in the outbox.
     *
     * @throws IllegalArgumentException when the topic has no such partition, or the record belongs to no prompt
     */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> record, @Nullable Callback callback) {
        partitions.check(this, record);
        outbox.add(record);
        int partition = record.partition() == null ? RecordMetadata.UNKNOWN_PARTITION : record.partition();
        RecordMetadata nowhereYet = new RecordMetadata(
                new TopicPartition(record.topic(), partition), -1, -1, RecordBatch.NO_TIMESTAMP, -1, -1);
        if (callback != null) {
            callback.onCompletion(nowhereYet, null);
        }
        return CompletableFuture.completedFuture(nowhereYet);
    }
}

package dev.echelon.ingress.kafka;

import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** The producer of the routes: refuses at once a record for a partition that its topic does not have. */
final class CheckingProducer extends KafkaProducer<Object, Object> {

    private final ReplyPartitions partitions;

    CheckingProducer(Properties properties, ReplyPartitions partitions) {
        super(properties);
        this.partitions = partitions;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> record) {
        return send(record, null);
    }

    /** @throws IllegalArgumentException when the topic has no such partition */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> record, @Nullable Callback callback) {
        if (record.partition() != null) {
            partitions.check(this, record);
        }
        return super.send(record, callback);
    }
}

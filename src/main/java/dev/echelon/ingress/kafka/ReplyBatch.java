package dev.echelon.ingress.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The replies of one transaction, and which of them was the end of it, if one was. */
final class ReplyBatch {

    private final List<Delivery> deliveries;

    private boolean failed;

    @Nullable
    private Refusal refusal;

    /** A reply that cannot be sent, for its own sake. */
    record Refusal(Delivery delivery, Exception why) {}

    ReplyBatch(List<Delivery> deliveries) {
        this.deliveries = List.copyOf(deliveries);
    }

    List<Delivery> deliveries() {
        return deliveries;
    }

    /** @throws KafkaException when the transaction cannot go on */
    void send(Producer<Object, Object> producer) {
        for (Delivery delivery : deliveries) {
            for (ProducerRecord<Object, Object> record : delivery.parcel().records()) {
                send(producer, delivery, record);
                if (hasFailed()) {
                    throw new KafkaException("a reply of the transaction could not be sent");
                }
            }
        }
    }

    private void send(Producer<Object, Object> producer, Delivery delivery, ProducerRecord<Object, Object> record) {
        Thread caller = Thread.currentThread();
        try {
            var unused = producer.send(record, (metadata, failure) -> {
                if (failure != null) {
                    failed(delivery, failure, Thread.currentThread() == caller);
                }
            });
        } catch (SerializationException e) {
            failed(delivery, e, true);
        } catch (KafkaException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            failed(delivery, new SerializationException(e), true);
        }
    }

    /** Only the first counts: with its failure the client then ends records that it had not sent yet. */
    private synchronized void failed(Delivery delivery, Exception why, boolean atOnce) {
        boolean isFirst = !failed;
        failed = true;
        boolean topicIsMissing = atOnce && SendFailures.isTimeout(why);
        if (isFirst && (topicIsMissing || SendFailures.isOwn(why))) {
            refusal = new Refusal(delivery, why);
        }
    }

    private synchronized boolean hasFailed() {
        return failed;
    }

    /** The reply that is to blame; {@code null} where none is. */
    @Nullable
    synchronized Refusal refusal() {
        return refusal;
    }

    /** What is committed with them. */
    Map<TopicPartition, OffsetAndMetadata> marks() {
        Map<TopicPartition, OffsetAndMetadata> marks = new HashMap<>();
        deliveries.stream().collect(Collectors.groupingBy(Delivery::partition)).forEach((partition, replied) -> {
            Set<Long> offsets = replied.stream().map(it -> it.record().offset()).collect(Collectors.toSet());
            PartitionTracker.Mark mark = replied.get(0).tracker().markWith(offsets);
            marks.put(partition, new OffsetAndMetadata(mark.offset(), mark.metadata()));
        });
        return marks;
    }
}

package dev.echelon.ingress.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A reply in one transaction, and what became of its records. Used by one thread. */
final class Outgoing {

    final Delivery delivery;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private boolean refusedAtOnce;

    Outgoing(Delivery delivery) {
        this.delivery = delivery;
    }

    /** @throws KafkaException when the transaction cannot go on */
    void send(Producer<Object, Object> producer) {
        for (ProducerRecord<Object, Object> record : delivery.parcel().records()) {
            Future<RecordMetadata> future = send(producer, record);
            sent.add(future);
            Exception failure = failure(future);
            if (failure != null) {
                refusedAtOnce = true;
                throw new KafkaException("a record was refused", failure);
            }
        }
    }

    private static Future<RecordMetadata> send(
            Producer<Object, Object> producer, ProducerRecord<Object, Object> record) {
        try {
            return producer.send(record);
        } catch (SerializationException e) {
            return CompletableFuture.failedFuture(e);
        } catch (KafkaException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(new SerializationException(e));
        }
    }

    /** Why this very reply cannot be sent; {@code null} where it is not to blame for the end of its transaction. */
    @Nullable
    Exception refusal() {
        for (Future<RecordMetadata> future : sent) {
            Exception failure = failure(future);
            if (failure != null
                    && (SendFailures.isOwn(failure) || (refusedAtOnce && SendFailures.isTimeout(failure)))) {
                return failure;
            }
        }
        return null;
    }

    @Nullable
    private static Exception failure(Future<RecordMetadata> future) {
        if (!future.isDone()) {
            return null;
        }
        try {
            future.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause() instanceof Exception cause ? cause : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}

package dev.echelon.ingress.kafka;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The records of one reply, which go out together. Thread-safe. */
final class Parcel {

    private final List<ProducerRecord<Object, Object>> records = new ArrayList<>();

    synchronized void add(ProducerRecord<Object, Object> record) {
        records.add(record);
    }

    synchronized List<ProducerRecord<Object, Object>> records() {
        return List.copyOf(records);
    }
}

package dev.echelon.ingress.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Where what the routes send is kept until a transaction takes it. A record says by a header, the label, which parcel it
 * belongs to; the label does not leave the process. Thread-safe.
 */
final class Outbox {

    private static final String LABEL = "x-llm-parcel";
    private static final String PROPERTY = "CamelLlmParcel";

    private final Map<String, Parcel> open = new ConcurrentHashMap<>();

    /** What the exchange sends, until it is closed, goes into the parcel. */
    void open(Exchange exchange, Parcel parcel) {
        exchange.setProperty(PROPERTY, exchange.getExchangeId());
        open.put(exchange.getExchangeId(), parcel);
    }

    void close(Exchange exchange) {
        open.remove(exchange.getExchangeId());
    }

    /** Has the record of this exchange labelled, where it is to be. */
    static void label(Exchange exchange) {
        String label = exchange.getProperty(PROPERTY, String.class);
        if (label != null) {
            exchange.getMessage().setHeader(LABEL, label);
        }
    }

    /** @throws IllegalArgumentException when no parcel is open for it */
    void add(ProducerRecord<Object, Object> record) {
        Header label = record.headers().lastHeader(LABEL);
        Parcel parcel = label == null ? null : open.get(new String(label.value(), StandardCharsets.UTF_8));
        if (parcel == null) {
            throw new IllegalArgumentException("a record without the header " + LABEL + " belongs to no prompt");
        }
        record.headers().remove(LABEL);
        parcel.add(record);
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The last step before a dead letter is sent: the record as it came, key, value and the application's headers, and why. All
 * that is added is text. Headers that a client of Camel or of HTTP could take for its own are left out. What the topic does
 * not take is left out too, with its size in bytes in its place: the value at first, then key and headers.
 */
public final class KafkaDeadLetter implements Processor {

    private static final int MOST_TEXT = 2_000;
    private static final List<String> OURS =
            List.of("camel", "org.apache.camel", "kafka.", DeadLetterHeaders.LETTERS, DeadLetterHeaders.OURS);
    private static final List<String> SECRETS =
            List.of("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key");

    private final KafkaSettings settings;

    KafkaDeadLetter(KafkaSettings settings) {
        this.settings = settings;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        ConsumerRecord<byte[], byte[]> record = delivery.record();
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(null);
        switch (delivery.kept()) {
            case ALL -> {
                message.setBody(record.value());
                label(message, record);
            }
            case LABEL -> {
                label(message, record);
                leftOut(message, DeadLetterHeaders.VALUE_LEFT_OUT, Delivery.length(record.value()));
            }
            case NOTHING -> {
                leftOut(message, DeadLetterHeaders.VALUE_LEFT_OUT, Delivery.length(record.value()));
                leftOut(message, DeadLetterHeaders.KEY_LEFT_OUT, Delivery.length(record.key()));
                leftOut(message, DeadLetterHeaders.HEADERS_LEFT_OUT, Delivery.length(record.headers()));
            }
        }
        message.setHeader(DeadLetterHeaders.TOPIC, record.topic());
        message.setHeader(DeadLetterHeaders.PARTITION, Integer.toString(record.partition()));
        message.setHeader(DeadLetterHeaders.OFFSET, Long.toString(record.offset()));
        message.setHeader(DeadLetterHeaders.TIMESTAMP, Long.toString(record.timestamp()));
        message.setHeader(DeadLetterHeaders.TIMESTAMP_TYPE, record.timestampType().name);
        message.setHeader(DeadLetterHeaders.CONSUMER_GROUP, settings.group());
        why(message, delivery);
        Outbox.label(exchange);
    }

    private static void label(Message message, ConsumerRecord<byte[], byte[]> record) {
        for (Header header : record.headers()) {
            if (isKept(header)) {
                message.setHeader(header.key(), header.value());
            }
        }
        if (record.key() != null) {
            message.setHeader(KafkaConstants.KEY, record.key());
        }
    }

    private static void leftOut(Message message, String header, long bytes) {
        if (bytes > 0) {
            message.setHeader(header, Long.toString(bytes));
        }
    }

    private static boolean isKept(Header header) {
        String name = header.key().toLowerCase(Locale.ROOT);
        return header.value() != null
                && !name.isEmpty()
                && OURS.stream().noneMatch(name::startsWith)
                && !SECRETS.contains(name);
    }

    private static void why(Message message, Delivery delivery) {
        ModelFailure failure = delivery.failure();
        if (failure != null) {
            message.setHeader(DeadLetterHeaders.EXCEPTION_CLASS, ModelFailure.class.getName());
            message.setHeader(DeadLetterHeaders.EXCEPTION_MESSAGE, visible(failure.message()));
            message.setHeader(DeadLetterHeaders.ERROR_KIND, failure.kind().word());
            message.setHeader(DeadLetterHeaders.ERROR_CODE, failure.code());
        }
        Prompt prompt = delivery.prompt();
        KafkaAnswer.put(
                message,
                DeadLetterHeaders.REQUEST_ID,
                prompt == null ? PromptReader.idOfUnread(delivery.record()) : prompt.id());
        message.setHeader(DeadLetterHeaders.TRIES, Integer.toString(Math.max(1, delivery.tries())));
        RouteInfo route = delivery.route();
        KafkaAnswer.who(message, route);
        if (route != null) {
            KafkaAnswer.put(message, DeadLetterHeaders.TRACE, visible(route.trace()));
        }
    }

    private static String visible(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MOST_TEXT); i++) {
            char c = text.charAt(i);
            plain.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        return plain.toString();
    }
}

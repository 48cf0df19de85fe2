package dev.echelon.ingress.kafka;

import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ParsedRequest;
import dev.echelon.domain.json.RequestJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * From a record to a prompt. Of its headers only those that are named here are read; what else it carries, be it called
 * {@code Authorization} or {@code CamelFileName}, goes nowhere.
 */
final class PromptReader {

    static final String TARGET = "llm-target";
    static final String TIMEOUT = "x-request-timeout-ms";
    static final String PRIORITY = "llm-priority";
    static final String REQUEST_ID = "x-request-id";
    static final String IDEMPOTENCY_KEY = "idempotency-key";
    static final String CACHE_CONTROL = "cache-control";
    static final String CORRELATION = "kafka_correlationId";
    static final String REPLY_TOPIC = "kafka_replyTopic";
    static final String REPLY_PARTITION = "kafka_replyPartition";
    static final String TRACE = "traceparent";

    private static final int MAX_CORRELATION = 1_024;
    private static final int MAX_ID = 128;
    private static final long MAX_TIMEOUT = Duration.ofDays(30).toMillis();
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final KafkaSettings settings;

    PromptReader(KafkaSettings settings) {
        this.settings = settings;
    }

    /** @throws ModelFailure of a kind that makes it a dead letter */
    Prompt read(ConsumerRecord<byte[], byte[]> record) throws ModelFailure {
        byte[] value = record.value();
        if (value == null) {
            throw refusal("tombstone", "the record has no value");
        }
        if (value.length > settings.maxBytes()) {
            throw refusal("request_too_large", "the prompt is larger than " + settings.maxBytes() + " bytes")
                    .withStatus(413);
        }
        Headers headers = record.headers();
        Prompt.Reply plain = reply(headers);
        CloudEvent event = CloudEvent.unwrap(headers, value);
        String target = RecordText.header(headers, TARGET);
        return new Prompt(
                request(event, target != null),
                target,
                id(headers, event.id(), record),
                lane(headers),
                timeout(headers),
                RecordText.header(headers, IDEMPOTENCY_KEY),
                RecordText.header(headers, CACHE_CONTROL),
                new Prompt.Reply(
                        plain.topic(), plain.partition(), plain.correlation(), plain.traceparent(), event.id()));
    }

    private static ParsedRequest request(CloudEvent event, boolean hasTarget) throws ModelFailure {
        byte[] data = event.data();
        boolean text = event.type().startsWith("text/") || (hasTarget && !startsObject(data));
        if (!text && !startsObject(data)) {
            throw ModelFailure.of(
                    FailureKind.INVALID_REQUEST, "the prompt is no JSON object; plain text needs the header " + TARGET);
        }
        if (!text) {
            return RequestJson.read(data);
        }
        if (!hasTarget) {
            throw refusal("no_target", "a plain text prompt needs the header " + TARGET);
        }
        String prompt = RecordText.utf8(data);
        if (prompt.isBlank()) {
            throw refusal("empty", "the prompt is empty");
        }
        return new ParsedRequest(ChatRequest.ofText(prompt), null);
    }

    private static boolean startsObject(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '{';
            }
        }
        return false;
    }

    private Prompt.Reply reply(Headers headers) throws ModelFailure {
        byte[] correlation = RecordText.bytes(headers, CORRELATION);
        if (correlation != null && correlation.length > MAX_CORRELATION) {
            throw RecordText.invalid(CORRELATION, "have at most " + MAX_CORRELATION + " bytes");
        }
        String topic = RecordText.header(headers, REPLY_TOPIC);
        if (topic != null && !settings.replyTopics().contains(topic)) {
            throw refusal(
                            "reply_topic_not_allowed",
                            "the topic that " + REPLY_TOPIC + " names is not on the list echelon.kafka.reply-topics")
                    .withParam(REPLY_TOPIC);
        }
        return new Prompt.Reply(topic, partition(headers), correlation, traceparent(headers), null);
    }

    private static @Nullable Integer partition(Headers headers) throws ModelFailure {
        byte[] bytes = RecordText.bytes(headers, REPLY_PARTITION);
        if (bytes == null) {
            return null;
        }
        int partition = bytes.length == Integer.BYTES ? ByteBuffer.wrap(bytes).getInt() : -1;
        if (partition < 0) {
            throw RecordText.invalid(REPLY_PARTITION, "be the number of a partition, in 4 bytes");
        }
        return partition;
    }

    /** One that is not well-formed is no trace, but no reason to refuse a prompt either. */
    private static @Nullable String traceparent(Headers headers) {
        byte[] bytes = RecordText.bytes(headers, TRACE);
        if (bytes == null || bytes.length != 55) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return TRACEPARENT.matcher(text).matches() ? text : null;
    }

    private static String id(Headers headers, @Nullable String ofEvent, ConsumerRecord<?, ?> record)
            throws ModelFailure {
        String own = RecordText.header(headers, REQUEST_ID);
        if (own == null) {
            own = ofEvent;
        }
        return own == null || own.isEmpty() || own.length() > MAX_ID ? place(record) : own;
    }

    /** The id of a record that could not be read, or must not be: its asker's where the header has a good one. */
    static String idOfUnread(ConsumerRecord<?, ?> record) {
        try {
            return id(record.headers(), null, record);
        } catch (ModelFailure badHeader) {
            return place(record);
        }
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + "-" + record.offset();
    }

    /** Nobody waits at a topic, unless the record says that somebody does. */
    private static Lane lane(Headers headers) throws ModelFailure {
        String word = RecordText.header(headers, PRIORITY);
        Lane lane = word == null ? Lane.BATCH : Lane.of(word);
        if (lane == null) {
            throw RecordText.invalid(PRIORITY, "be batch or interactive");
        }
        return lane;
    }

    private static @Nullable Long timeout(Headers headers) throws ModelFailure {
        String millis = RecordText.header(headers, TIMEOUT);
        if (millis == null) {
            return null;
        }
        try {
            long value = Long.parseLong(millis);
            if (value > 0) {
                return Math.min(value, MAX_TIMEOUT);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw RecordText.invalid(TIMEOUT, "be a number of milliseconds above 0");
    }

    private static ModelFailure refusal(String code, String message) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, message).withCode(code);
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to an answer or to the dead letters. What is decided about it belongs to the poll thread; a step
 * of a route only adds what it found, before it hands the exchange on.
 */
public final class Delivery {

    static final String PROPERTY = "CamelLlmDelivery";

    /** What is being done with it. */
    enum Stage {
        ASK,
        ANSWER,
        DEAD_LETTER
    }

    /** What of the record its dead letter carries. */
    enum Kept {
        ALL,
        /** Key and headers, without the value. */
        LABEL,
        NOTHING
    }

    private final ConsumerRecord<byte[], byte[]> record;
    private final PartitionTracker tracker;
    private final long bytes;

    private Stage stage = Stage.ASK;
    private int tries;
    private int passed;
    private int counted;
    private RetryRules.Blame blame = RetryRules.Blame.OUTAGE;
    private long unservedSince;
    private long failedAt;
    private long due;
    private Kept kept = Kept.ALL;

    @Nullable
    private volatile Prompt prompt;

    @Nullable
    private volatile Answer answer;

    @Nullable
    private volatile ChunkSink sink;

    private volatile Parcel parcel = new Parcel();

    @Nullable
    private volatile RouteInfo route;

    @Nullable
    private ModelFailure failure;

    Delivery(ConsumerRecord<byte[], byte[]> record, PartitionTracker tracker) {
        this.record = record;
        this.tracker = tracker;
        this.bytes = length(record.key()) + length(record.value()) + length(record.headers());
    }

    static Delivery of(Exchange exchange) {
        return Objects.requireNonNull(
                exchange.getProperty(PROPERTY, Delivery.class), "this step belongs into a route of prompts from Kafka");
    }

    ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    PartitionTracker tracker() {
        return tracker;
    }

    TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** {@code topic-partition-offset}. */
    String id() {
        return record.topic() + "-" + record.partition() + "-" + record.offset();
    }

    /** Records of the same key, in the same partition, have equal ones. */
    Object key() {
        byte[] key = record.key();
        return key == null ? this : new PartitionKey(record.topic(), record.partition(), ByteBuffer.wrap(key));
    }

    private record PartitionKey(String topic, int partition, ByteBuffer key) {}

    /** What its key, its value and its headers take. */
    long bytes() {
        return bytes;
    }

    static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Bytes of names and values. */
    static long length(Headers headers) {
        long bytes = 0;
        for (Header header : headers) {
            bytes += Utils.utf8Length(header.key()) + length(header.value());
        }
        return bytes;
    }

    Stage stage() {
        return stage;
    }

    void proceedTo(Stage next) {
        stage = next;
    }

    /** How often a model was to be asked, or its answer to be sent, and failed. */
    int tries() {
        return tries;
    }

    /** How often of that while others were served. */
    int passed() {
        return passed;
    }

    /** How often of that the prompt itself may have been to blame. */
    int counted() {
        return counted;
    }

    /** What it failed by the last time. */
    RetryRules.Blame blame() {
        return blame;
    }

    /** When it was begun, or failed the last time: who is answered after that was served while it was not. */
    long unservedSince() {
        return unservedSince;
    }

    void start(long now) {
        if (tries == 0) {
            unservedSince = now;
        }
    }

    /** When it failed first. */
    long failedAt() {
        return failedAt;
    }

    void failed(ModelFailure why, RetryRules.Blame by, long now) {
        if (tries == 0) {
            failedAt = now;
        }
        failure = why;
        blame = by;
        unservedSince = now;
        tries++;
        passed += by == RetryRules.Blame.OUTAGE ? 0 : 1;
        counted += by == RetryRules.Blame.PROMPT ? 1 : 0;
    }

    @Nullable
    ModelFailure failure() {
        return failure;
    }

    void failure(ModelFailure why) {
        failure = why;
    }

    long due() {
        return due;
    }

    void due(long nanos) {
        due = nanos;
    }

    Kept kept() {
        return kept;
    }

    /** Its dead letter is larger than the topic takes: it goes with less. */
    void strip() {
        kept = kept == Kept.ALL ? Kept.LABEL : Kept.NOTHING;
    }

    @Nullable
    Prompt prompt() {
        return prompt;
    }

    void prompt(Prompt read) {
        prompt = read;
    }

    @Nullable
    RouteInfo route() {
        return route;
    }

    void routed(RouteInfo info) {
        route = info;
    }

    @Nullable
    Answer answer() {
        return answer;
    }

    void answered(Answer given) {
        answer = given;
    }

    /** Whether it has been answered in pieces, which nobody keeps. */
    boolean isStreamed() {
        Answer given = answer;
        return given != null && given.response() == null;
    }

    /** What the routes have sent as its reply; always empty where there are no transactions. */
    Parcel parcel() {
        return parcel;
    }

    /** A reply is begun anew. */
    Parcel newParcel() {
        Parcel empty = new Parcel();
        parcel = empty;
        return empty;
    }

    /** Where this try streams its answer to. */
    @Nullable
    ChunkSink sink() {
        return sink;
    }

    void sink(@Nullable ChunkSink current) {
        sink = current;
    }

    /**
     * What a model answered.
     *
     * @param response {@code null} when it has been streamed
     * @param promptTokens {@code null} when the provider did not tell
     * @param completionTokens {@code null} when the provider did not tell
     */
    record Answer(
            @Nullable ChatResponse response,
            @Nullable Long promptTokens,
            @Nullable Long completionTokens) {}
}

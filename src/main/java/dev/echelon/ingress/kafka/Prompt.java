package dev.echelon.ingress.kafka;

import dev.echelon.domain.Lane;
import dev.echelon.domain.json.ParsedRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a record says.
 *
 * @param target from its header; {@code null} leaves it to the request
 * @param id the client's, else {@code topic-partition-offset}
 * @param lane batch unless it says otherwise
 * @param timeoutMillis from the record's timestamp on; {@code null} without a limit of its own
 * @param idempotencyKey {@code null} when it has none
 * @param cacheControl what it says about cached answers; {@code null} when it says nothing
 * @param reply how the answer finds who asked
 */
record Prompt(
        ParsedRequest request,
        @Nullable String target,
        String id,
        Lane lane,
        @Nullable Long timeoutMillis,
        @Nullable String idempotencyKey,
        @Nullable String cacheControl,
        Reply reply) {

    /**
     * Where the answer goes, and what it carries back unchanged.
     *
     * @param topic {@code null} for the usual one
     * @param partition {@code null} leaves it to the key
     * @param correlation opaque bytes
     * @param traceparent of the trace that the prompt belongs to
     * @param event the id of the CloudEvent that it was; then the answer is one too
     */
    record Reply(
            @Nullable String topic,
            @Nullable Integer partition,
            byte @Nullable [] correlation,
            @Nullable String traceparent,
            @Nullable String event) {}
}

package dev.echelon.ops;

import dev.echelon.route.Gateway;
import dev.echelon.store.IdempotencyStore;
import dev.echelon.store.ResponseCache;
import io.micrometer.core.instrument.MeterRegistry;

/** What is kept of answers; read when it is looked at. */
final class CacheMeters {

    private static final String RESPONSES = "responses";
    private static final String IDEMPOTENCY = "idempotency";

    private CacheMeters() {}

    static void bind(MeterRegistry registry, Gateway gateway) {
        ResponseCache responses = gateway.responses();
        IdempotencyStore idempotency = gateway.idempotency();
        MetricNames.CACHE_ENTRIES.gauge(registry, responses::count, RESPONSES);
        MetricNames.CACHE_ENTRIES.gauge(registry, idempotency::kept, IDEMPOTENCY);
        MetricNames.CACHE_SIZE.gauge(registry, responses::bytes, RESPONSES);
        MetricNames.CACHE_SIZE.gauge(registry, idempotency::keptBytes, IDEMPOTENCY);
        MetricNames.RECORDING_SIZE.gauge(registry, responses::recordingBytes, RESPONSES);
        MetricNames.RECORDING_SIZE.gauge(registry, idempotency::recordingBytes, IDEMPOTENCY);
        MetricNames.CACHE_EVICTIONS.counted(registry, responses::evictions, "size");
        MetricNames.CACHE_EVICTIONS.counted(registry, responses::expirations, "expired");
    }
}

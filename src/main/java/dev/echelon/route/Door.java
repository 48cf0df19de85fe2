package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HeapGate;
import dev.echelon.domain.ModelFailure;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in and out: refuses what cannot be served at all or would be too much, and at the end of the process what
 * is left. Thread-safe.
 */
final class Door {

    private static final int SHOWN_CHARACTERS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    private final HeapGate heap = new HeapGate();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Set<Cancellation> inside = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private volatile boolean aborted;

    /** Why a request is not let in; {@code null} when it is. */
    @Nullable
    ModelFailure refusal(@Nullable Target target, Ask ask) {
        if (target == null) {
            return notFound(ask.target());
        }
        RequestDefaults rules = target.rules();
        int running = inFlight.get();
        if (running >= rules.maxInFlight()) {
            return overloaded("too many requests are in flight");
        }
        if (running >= heap.ceiling()) {
            return overloaded("memory is short");
        }
        if (!rules.functionCallingEnabled() && !ask.request().tools().isEmpty()) {
            return ModelFailure.of(FailureKind.INVALID_REQUEST, "function calling is disabled for " + target.name())
                    .withParam("tools");
        }
        return null;
    }

    void enter(Ask ask) {
        inFlight.incrementAndGet();
        inside.add(ask.cancellation());
    }

    /** The request is over; one that was ended by {@link #abort} is told why. */
    void leave(Ask ask, Exchange exchange) {
        inFlight.decrementAndGet();
        inside.remove(ask.cancellation());
        if (aborted && isCancelled(exchange)) {
            exchange.setException(ModelFailure.of(FailureKind.UNAVAILABLE, "the gateway is shutting down")
                    .withCode("shutting_down")
                    .withRetryAfter(Duration.ofSeconds(1)));
        }
    }

    int inFlight() {
        return inFlight.get();
    }

    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    int abort() {
        aborted = true;
        List<Cancellation> left = List.copyOf(inside);
        left.forEach(Cancellation::cancel);
        return left.size();
    }

    /** The garbage collector has left the heap this full, 0 to 1. */
    HeapGate heapCollected(double use) {
        HeapGate.Stage before = heap.stage();
        int ceiling = heap.ceiling();
        heap.collected(use, inFlight.get());
        HeapGate.Stage now = heap.stage();
        if (heap.ceiling() < ceiling) {
            LOG.warn("memory is short: at most {} requests in flight until it is not", heap.ceiling());
        } else if (now.compareTo(before) > 0) {
            LOG.warn("memory is short: {}", now.does());
        } else if (now == HeapGate.Stage.NOTHING && now != before) {
            LOG.info("memory is no longer short");
        }
        return heap;
    }

    HeapGate heap() {
        return heap;
    }

    private static boolean isCancelled(Exchange exchange) {
        return exchange.getException() instanceof ModelFailure failure && failure.kind() == FailureKind.CANCELLED;
    }

    private static ModelFailure overloaded(String message) {
        return ModelFailure.of(FailureKind.SATURATED, message)
                .withStatus(503)
                .withCode("overloaded")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    private static ModelFailure notFound(String name) {
        String shown = name.length() > SHOWN_CHARACTERS ? name.substring(0, SHOWN_CHARACTERS) + "..." : name;
        return ModelFailure.of(
                        FailureKind.INVALID_REQUEST,
                        "the model '" + shown + "' does not exist; GET /v1/models lists what there is")
                .withStatus(404)
                .withCode("model_not_found")
                .withParam("model");
    }
}

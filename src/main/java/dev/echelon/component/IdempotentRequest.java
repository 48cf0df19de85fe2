package dev.echelon.component;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Call;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.Fingerprint;
import dev.echelon.store.Flight;
import dev.echelon.store.IdempotencyKey;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * A request with an idempotency key. The first of a key goes to the gateway; all that come while it is under way wait for
 * its answer, each with its own time, and all that come later get what was kept of it. Requests are the same when tenant,
 * target and key are; another content, or the same as a stream, is a 409. What fails, fails for all that wait and is not
 * kept: the next request with the key is a new try.
 */
final class IdempotentRequest {

    static final String ANONYMOUS = "anonymous";

    private static final int MAX_KEY = 255;

    /** The walk begins no attempt with less time than this. */
    private static final long LEAST_NANOS = Duration.ofMillis(250).toNanos();

    private final Gateway gateway;
    private final Exchange exchange;
    private final Ask ask;
    private final IdempotencyKey key;
    private final String fingerprint;
    private final Scheduler scheduler;
    private final Consumer<Outcome> done;
    private final long start;
    private final long deadline;

    private Cancellation.Registration registration = () -> {};
    private boolean leads;

    @Nullable
    private Passenger passenger;

    private IdempotentRequest(
            Gateway gateway,
            Exchange exchange,
            Ask ask,
            Target target,
            String key,
            Scheduler scheduler,
            Consumer<Outcome> done) {
        this.gateway = gateway;
        this.exchange = exchange;
        this.ask = ask;
        this.key = new IdempotencyKey(tenant(exchange.getMessage()), target.name(), key);
        this.fingerprint = Fingerprint.of(ask.request(), sink(ask) != null);
        this.scheduler = scheduler;
        this.done = done;
        this.start = gateway.ticker().nanos();
        this.deadline = start + target.deadline(ask.timeout()).toNanos();
    }

    /**
     * The key of a message, {@code null} when it has none.
     *
     * @throws ModelFailure 400 unless it is 1 to 255 visible ASCII characters
     */
    @Nullable
    static String key(Message message) throws ModelFailure {
        Object header = message.getHeader(LlmConstants.IDEMPOTENCY_KEY);
        if (header == null) {
            return null;
        }
        String key = message.getHeader(LlmConstants.IDEMPOTENCY_KEY, String.class);
        if (key == null
                || key.isEmpty()
                || key.length() > MAX_KEY
                || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw ModelFailure.of(
                            FailureKind.INVALID_REQUEST,
                            "the idempotency key must be 1 to " + MAX_KEY + " visible ASCII characters")
                    .withCode("invalid_idempotency_key")
                    .withParam("Idempotency-Key");
        }
        return key;
    }

    /**
     * Answers a request as the gateway does.
     *
     * @param answered called once, before the callback: the exchange has its answer or its failure
     */
    static boolean process(
            Gateway gateway,
            Exchange exchange,
            Ask ask,
            String key,
            Consumer<Outcome> answered,
            AsyncCallback callback) {
        return gateway.onEventLoop(exchange, callback, (scheduler, back) -> {
            Target target = gateway.generation().target(ask.target());
            if (target == null) {
                return gateway.process(exchange, ask, back);
            }
            Consumer<Outcome> done = outcome -> {
                answered.accept(outcome);
                back.done(false);
            };
            new IdempotentRequest(gateway, exchange, ask, target, key, scheduler, done).begin();
            return false;
        });
    }

    private void begin() {
        passenger = new Passenger(scheduler, sink(ask), this::landed);
        Flight flight;
        try {
            flight = gateway.idempotency().enter(key, fingerprint, scheduler, passenger);
        } catch (ModelFailure conflict) {
            landed(new Outcome(null, conflict, null, null, false));
            return;
        }
        leads = flight != null;
        registration = ask.cancellation().onCancel(passenger::leave);
        if (flight == null) {
            passenger.follow(left());
        } else {
            fly(flight);
        }
    }

    private void fly(Flight flight) {
        Ask shared = ask.shared(sink(ask) == null ? null : flight, flight.cancellation(), Duration.ofNanos(left()));
        try {
            gateway.process(exchange, shared, doneSync -> flight.land(outcome(flight)));
        } catch (RuntimeException unexpected) {
            // the others would wait for ever
            exchange.setException(unexpected);
            flight.land(outcome(flight));
        }
    }

    private Outcome outcome(Flight flight) {
        Exception failure = exchange.getException();
        Object body = exchange.getMessage().getBody();
        Call call = Call.find(exchange);
        boolean outOfTime = failure instanceof ModelFailure told
                && told.kind() == FailureKind.TIMEOUT
                && !flight.begun()
                && left() < LEAST_NANOS;
        return new Outcome(
                failure == null && body instanceof ChatResponse response ? response : null,
                failure,
                call == null ? null : call.info(),
                call == null ? null : call.usage(),
                outOfTime);
    }

    private void landed(Outcome outcome) {
        registration.remove();
        if (!leads) {
            if (outcome.outOfTime()
                    && left() >= LEAST_NANOS
                    && !ask.cancellation().isCancelled()) {
                // the one who led had less time than this one has
                begin();
                return;
            }
            tell(outcome);
        }
        if (outcome.failure() == null) {
            exchange.getMessage().setBody(outcome.response());
        } else {
            exchange.setException(outcome.failure());
        }
        done.accept(outcome);
    }

    /** Those who never reach the gateway's routes are counted and logged all the same; their tokens cost nothing. */
    private void tell(Outcome outcome) {
        ModelFailure failure = outcome.failure() == null
                ? null
                : outcome.failure() instanceof ModelFailure told
                        ? told
                        : ModelFailure.of(FailureKind.UNAVAILABLE, "the request broke off unexpectedly");
        RouteInfo route = outcome.route() == null
                ? new RouteInfo(key.target(), "", "", 0, gateway.generation().id(), "")
                : outcome.route();
        gateway.listener()
                .ended(new RequestListener.Ended(
                        ask.id(),
                        route,
                        sink(ask) != null,
                        failure,
                        failure != null && passenger != null && passenger.begun(),
                        Duration.ofNanos(gateway.ticker().nanos() - start),
                        null,
                        null,
                        null,
                        new DecisionTrace()));
    }

    private long left() {
        return Math.max(1, deadline - gateway.ticker().nanos());
    }

    /** Where the events go; {@code null} for a plain answer. */
    @Nullable
    private static AnswerSink sink(Ask ask) {
        return ask.request().stream() ? ask.sink() : null;
    }

    private static String tenant(Message message) {
        return Objects.requireNonNullElse(message.getHeader(LlmConstants.TENANT, String.class), ANONYMOUS);
    }
}

package dev.echelon.component;

import dev.echelon.domain.Cancellation;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.Flight;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A request whose answer others may share. The first goes on its way; all that come while it is under way wait for its
 * answer, each with its own time, and all that come later get what was kept of it. Who is first, and what is kept, is the
 * {@link Desk}'s to say.
 */
final class SharedRequest {

    /** The walk begins no attempt with less time than this. */
    private static final long LEAST_NANOS = Duration.ofMillis(250).toNanos();

    private final Gateway gateway;
    private final Exchange exchange;
    private final Ask ask;
    private final Target target;
    private final Desk desk;
    private final Way way;
    private final Scheduler scheduler;
    private final Consumer<Outcome> done;
    private final long start;
    private final long deadline;

    private Cancellation.Registration registration = () -> {};
    private boolean leads;

    @Nullable
    private Passenger passenger;

    private SharedRequest(
            Gateway gateway,
            Exchange exchange,
            Ask ask,
            Target target,
            Desk desk,
            Way way,
            Scheduler scheduler,
            Consumer<Outcome> done) {
        this.gateway = gateway;
        this.exchange = exchange;
        this.ask = ask;
        this.target = target;
        this.desk = desk;
        this.way = way;
        this.scheduler = scheduler;
        this.done = done;
        this.start = gateway.ticker().nanos();
        this.deadline = start + target.deadline(ask.timeout()).toNanos();
    }

    /** A way that several share. */
    static Way before(Way way, Gateway gateway, Target target, Desk desk) {
        return (exchange, ask, scheduler, done) ->
                new SharedRequest(gateway, exchange, ask, target, desk, way, scheduler, done).begin(null);
    }

    private void begin(@Nullable Outcome failed) {
        passenger = new Passenger(scheduler, ask.streamSink(), desk::secondHand, this::landed);
        Flight flight;
        try {
            flight = desk.enter(scheduler, passenger, failed);
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
        Ask shared =
                ask.shared(ask.streamSink() == null ? null : flight, flight.cancellation(), Duration.ofNanos(left()));
        try {
            way.ask(exchange, shared, scheduler, outcome -> flight.land(timed(outcome, flight)));
        } catch (RuntimeException unexpected) {
            // the others would wait for ever
            flight.land(new Outcome(null, unexpected, null, null, false));
        }
    }

    private Outcome timed(Outcome outcome, Flight flight) {
        boolean outOfTime = outcome.failure() instanceof ModelFailure told
                && told.kind() == FailureKind.TIMEOUT
                && !flight.begun()
                && left() < LEAST_NANOS;
        return new Outcome(outcome.response(), outcome.failure(), outcome.route(), outcome.usage(), outOfTime);
    }

    private void landed(Outcome outcome) {
        registration.remove();
        if (!leads) {
            if (hasAnotherTry(outcome)) {
                begin(outcome);
                return;
            }
            Unrouted.ended(gateway, ask, target, outcome, passenger != null && passenger.begun(), start);
        }
        done.accept(outcome);
    }

    /** The one who led had less time, or no luck. */
    private boolean hasAnotherTry(Outcome outcome) {
        return outcome.failure() != null
                && left() >= LEAST_NANOS
                && !ask.cancellation().isCancelled()
                && passenger != null
                && !passenger.begun()
                && desk.triesAgain(outcome);
    }

    private long left() {
        return Math.max(1, deadline - gateway.ticker().nanos());
    }
}

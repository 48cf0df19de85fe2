package dev.echelon.route;

import dev.echelon.domain.CoolDown;
import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Lane;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known about one instance at run time. Thread-safe. */
final class InstanceState {

    private final Instance instance;
    private final Supplier<InstanceBreaker> newBreaker;
    private final EchelonLimits limits;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger returnsInFlight = new AtomicInteger();

    @Nullable
    private volatile InstanceBreaker breaker;

    /** @param newBreaker makes its breaker at its first attempt: of thousands of instances most may never have one */
    InstanceState(Instance instance, Supplier<InstanceBreaker> newBreaker, EchelonLimits limits) {
        this.instance = instance;
        this.newBreaker = newBreaker;
        this.limits = limits;
    }

    /**
     * @param pause of its model, shared by all instances of the same model, address and credential
     * @param health likewise
     */
    Condition condition(Lane lane, long now, CoolDown pause, Condition health) {
        if (pause.active(now)) {
            return Condition.blocked(pause.quarantine() ? Obstacle.QUARANTINE : Obstacle.COOLING, pause.until() - now);
        }
        InstanceBreaker known = breaker;
        long open = known == null ? 0 : known.waitNanos(now);
        if (open > 0) {
            return Condition.blocked(Obstacle.BREAKER_OPEN, Math.max(open, health.waitNanos()));
        }
        if (!health.ready()) {
            return health;
        }
        Condition limited = limits.condition(lane, now);
        if (!limited.ready()) {
            return limited;
        }
        double share = Math.min(known == null ? 1 : known.share(now), health.share());
        return share >= 1 ? Condition.READY : new Condition(Obstacle.NONE, 0, share);
    }

    /** Whether a forced probe may go now; while it cools down or is in quarantine none may. */
    boolean probeable(long now, CoolDown pause, boolean unhealthy) {
        InstanceBreaker known = breaker;
        return !pause.active(now) && (known == null ? unhealthy : known.probeable(now, unhealthy));
    }

    InstanceStatus status(long now, CoolDown pause, Condition health) {
        return new InstanceStatus(
                instance,
                condition(Lane.INTERACTIVE, now, pause, health),
                breakerState().name().toLowerCase(Locale.ROOT),
                Duration.ofNanos(pause.active(now) ? pause.until() - now : 0),
                inFlight.get(),
                returnsInFlight.get());
    }

    void begin(boolean budgeted) {
        inFlight.incrementAndGet();
        if (budgeted) {
            returnsInFlight.incrementAndGet();
        }
    }

    void end(boolean budgeted) {
        inFlight.decrementAndGet();
        if (budgeted) {
            returnsInFlight.decrementAndGet();
        }
    }

    Instance instance() {
        return instance;
    }

    /** Its breaker, which is made now where it has none yet. */
    InstanceBreaker breaker() {
        InstanceBreaker known = breaker;
        return known == null ? makeBreaker() : known;
    }

    private synchronized InstanceBreaker makeBreaker() {
        InstanceBreaker made = breaker;
        if (made == null) {
            made = newBreaker.get();
            breaker = made;
        }
        return made;
    }

    private CircuitBreaker.State breakerState() {
        InstanceBreaker known = breaker;
        return known == null ? CircuitBreaker.State.CLOSED : known.state();
    }

    EchelonLimits limits() {
        return limits;
    }

    int inFlight() {
        return inFlight.get();
    }

    int returnsInFlight() {
        return returnsInFlight.get();
    }
}

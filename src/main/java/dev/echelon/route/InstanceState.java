package dev.echelon.route;

import dev.echelon.domain.Cell;
import dev.echelon.domain.CoolDown;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.ModelFailure;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known about one instance at run time. Thread-safe. */
final class InstanceState {

    private final InstanceBreaker breaker;
    private final EchelonLimits limits;
    private final Cell<CoolDown> coolDown;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger returnsInFlight = new AtomicInteger();

    /** @param coolDown shared by all instances of the same model, address and credential */
    InstanceState(InstanceBreaker breaker, EchelonLimits limits, Cell<CoolDown> coolDown) {
        this.breaker = breaker;
        this.limits = limits;
        this.coolDown = coolDown;
    }

    Condition condition(long now) {
        CoolDown pause = coolDown.get();
        if (pause.active(now)) {
            return Condition.blocked(pause.quarantine() ? Obstacle.QUARANTINE : Obstacle.COOLING, pause.until() - now);
        }
        long open = breaker.waitNanos(now);
        if (open > 0) {
            return Condition.blocked(Obstacle.BREAKER_OPEN, open);
        }
        long minute = limits.rpm().waitNanos(now);
        if (minute > 0) {
            return Condition.blocked(Obstacle.RPM, minute);
        }
        if (!limits.concurrency().hasRoom()) {
            return Condition.blocked(Obstacle.CONCURRENCY, 0);
        }
        double share = breaker.share(now);
        return share >= 1 ? Condition.READY : new Condition(Obstacle.NONE, 0, share);
    }

    /** Whether a forced probe may go now; while it cools down or is in quarantine none may. */
    boolean probeable(long now) {
        return !coolDown.get().active(now) && breaker.probeable(now);
    }

    void begin(boolean isReturn) {
        inFlight.incrementAndGet();
        if (isReturn) {
            returnsInFlight.incrementAndGet();
        }
    }

    void end(boolean isReturn) {
        inFlight.decrementAndGet();
        if (isReturn) {
            returnsInFlight.decrementAndGet();
        }
    }

    void succeeded() {
        if (coolDown.get().step() > 0) {
            coolDown.update(CoolDown::afterSuccess);
        }
    }

    /** @return whether the failure put the model into quarantine */
    boolean failed(ModelFailure failure, long now) {
        CoolDown before = coolDown.get();
        CoolDown after = coolDown.update(it -> it.after(failure.kind(), failure.retryAfter(), now));
        return after.quarantine() && !before.active(now);
    }

    InstanceBreaker breaker() {
        return breaker;
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

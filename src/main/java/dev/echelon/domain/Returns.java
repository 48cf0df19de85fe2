package dev.echelon.domain;

import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import java.time.Duration;

/** Whether, and after which wait, an instance that failed in this request may be asked again; at one moment. */
final class Returns {

    private final Walk.Rules rules;
    private final Plan plan;
    private final Ledger ledger;
    private final InstanceStates states;
    private final long now;

    Returns(Walk.Rules rules, Plan plan, Ledger ledger, InstanceStates states, long now) {
        this.rules = rules;
        this.plan = plan;
        this.ledger = ledger;
        this.states = states;
        this.now = now;
    }

    /** @param late whether nothing untried is left: kinds that return late, and waits for an echelon's minute, count */
    boolean may(Ledger.Outcome outcome, boolean late) {
        Instance instance = outcome.candidate().instance();
        if (!outcome.equals(ledger.lastOf(instance))
                || ledger.isPassedOver(outcome.candidate())
                || ledger.isRefused(outcome.candidate())
                || !ledger.fits(instance)) {
            return false;
        }
        FailureKind kind = outcome.failure().kind();
        boolean kindReturns =
                switch (kind.returns()) {
                    case NEVER -> false;
                    case ALWAYS -> true;
                    case IF_LISTED -> instance.retry().on().contains(kind);
                    case IF_LISTED_LATE -> late && instance.retry().on().contains(kind);
                };
        return kindReturns
                && ledger.returns() < rules.maxReturns()
                && ledger.returnsOf(instance.echelon()) < instance.retry().maxReturns()
                && ledger.visitsOf(instance) < plan.tiers().get(outcome.tier()).maxInstanceAttempts()
                && withinBudget(instance)
                && isStanding(instance, late);
    }

    long waitNanos(Ledger.Outcome outcome, boolean late) {
        Condition condition = states.condition(outcome.candidate().instance(), now);
        long minute = late && condition.obstacle() == Obstacle.RPM ? condition.waitNanos() : 0;
        return Math.max(minute, pause(outcome));
    }

    /** Whether the instance has few enough returns under way for one more. */
    boolean withinBudget(Instance instance) {
        return states.returnsInFlight(instance) < RetryBudget.allowed(rules.retryBudget(), states.inFlight(instance));
    }

    /**
     * Ready but for the pause that this request's own failure began, or for a permit it may queue for; late also but for
     * its echelon's minute.
     */
    private boolean isStanding(Instance instance, boolean late) {
        Obstacle obstacle = states.condition(instance, now).obstacle();
        return switch (obstacle) {
            case NONE, COOLING -> true;
            case CONCURRENCY -> !ledger.hasQueuedFor(instance.echelon());
            case RPM -> late;
            default -> false;
        };
    }

    private long pause(Ledger.Outcome outcome) {
        Duration asked = outcome.failure().retryAfter();
        if (asked != null) {
            return Math.max(0, outcome.endedAt() + asked.toNanos() - now);
        }
        Instance instance = outcome.candidate().instance();
        int n = Math.max(0, ledger.visitsOf(instance) - 1);
        return (long) (ledger.chance(instance.id()) * instance.retry().ceilingNanos(n));
    }
}

package dev.echelon.domain;

import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Plan.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may be asked by one request at one moment, and why another may not. */
final class Eligibility {

    static final String RETRY_BUDGET = "retry_budget";
    private static final String SLOW_START = "slow_start";
    private static final int SAMPLE = 128;

    private final Plan plan;
    private final Ledger ledger;
    private final InstanceStates states;
    private final long now;
    private final Returns returns;
    private final Walk.Consideration consideration;

    @Nullable
    private Boolean mostAreOut;

    Eligibility(
            Plan plan,
            Ledger ledger,
            InstanceStates states,
            long now,
            Returns returns,
            Walk.Consideration consideration) {
        this.plan = plan;
        this.ledger = ledger;
        this.states = states;
        this.now = now;
        this.returns = returns;
        this.consideration = consideration;
    }

    /** Whether this request has not asked the model yet and could say what it wants to it. */
    boolean isUntried(Candidate candidate) {
        Instance instance = candidate.instance();
        return !ledger.tried(instance.key())
                && !ledger.isRefused(candidate)
                && ledger.canSay(instance)
                && ledger.fits(instance);
    }

    /** Untried, and not passed over since the request last waited. */
    boolean isOpen(Candidate candidate) {
        return isUntried(candidate) && !ledger.isPassedOver(candidate);
    }

    /** May be asked now. */
    boolean isReady(Candidate candidate) {
        return readiness(candidate) != null;
    }

    /** The condition of one that may be asked now. */
    @Nullable
    private Condition readiness(Candidate candidate) {
        if (!isOpen(candidate)) {
            return null;
        }
        Condition condition = condition(candidate);
        if (!condition.ready()) {
            consideration.passedOver(candidate, condition.obstacle().word(), condition.waitNanos());
            return null;
        }
        if (!ledger.outcomes().isEmpty() && mostAreOut() && !returns.withinBudget(candidate.instance())) {
            consideration.passedOver(candidate, RETRY_BUDGET, 0);
            return null;
        }
        return condition;
    }

    /** May be asked now, and it is its turn while it starts slowly. */
    boolean isReadyForItsShare(Candidate candidate) {
        Condition condition = readiness(candidate);
        if (condition == null) {
            return false;
        }
        if (condition.share() >= 1 || chance(candidate.instance()) < condition.share()) {
            return true;
        }
        consideration.passedOver(candidate, SLOW_START, 0);
        return false;
    }

    /** A session is let back to an instance that starts slowly as a whole. */
    private double chance(Instance instance) {
        String session = ledger.session();
        return session == null ? ledger.chance(instance.id()) : Affinity.draw(session, instance);
    }

    /** Whether half of the plan's instances are open or cooling; of a large plan a sample is asked. */
    boolean mostAreOut() {
        if (mostAreOut == null) {
            List<Candidate> all = plan.candidates();
            int asked = Math.min(all.size(), SAMPLE);
            int out = 0;
            for (int i = 0; i < asked; i++) {
                out += isOut(all.get(asked == all.size() ? i : ledger.anyOf(all.size(), i))) ? 1 : 0;
            }
            mostAreOut = out * 2 >= asked;
        }
        return mostAreOut;
    }

    private boolean isOut(Candidate candidate) {
        Obstacle obstacle = condition(candidate).obstacle();
        return obstacle == Obstacle.BREAKER_OPEN || obstacle == Obstacle.COOLING;
    }

    Condition condition(Candidate candidate) {
        return states.condition(candidate.instance(), now);
    }
}

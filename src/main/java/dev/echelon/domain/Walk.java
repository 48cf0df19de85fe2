package dev.echelon.domain;

import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Plan.Candidate;
import dev.echelon.domain.Plan.Tier;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one walk that serves every target, and the only retry loop of the system: (plan, ledger of what was done, states,
 * now) to the next step. DESIGN section 3 is its specification. Pure but for the turn counters inside the strategies.
 */
public final class Walk {

    /** No attempt is begun with less time than this left. */
    public static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(250);

    private static final long SHORTEST = SHORTEST_ATTEMPT.toNanos();
    private static final long LONGEST_QUEUE = Duration.ofSeconds(1).toNanos();
    private static final int MAX_RECONNECTS = 3;

    private final Rules rules;

    public Walk(Rules rules) {
        this.rules = rules;
    }

    /**
     * What holds for every request.
     *
     * @param patience longest wait for a return before the walk goes down a tier
     * @param maxReturns returns per request
     * @param retryBudget returns as a share of an instance's attempts in flight, with a floor of 3
     */
    public record Rules(Duration patience, int maxReturns, double retryBudget) {}

    /** Decides the next step. Changes nothing; the caller writes into the ledger what it then does. */
    public Step next(Plan plan, Ledger ledger, InstanceStates states, long now) {
        return new Look(plan, ledger, states, now).next();
    }

    /** One look at the world, at one moment. */
    private final class Look {

        private final Plan plan;
        private final Ledger ledger;
        private final InstanceStates states;
        private final long now;
        private final long remaining;
        private final Returns returns;

        @Nullable
        private Boolean mostAreOut;

        Look(Plan plan, Ledger ledger, InstanceStates states, long now) {
            this.plan = plan;
            this.ledger = ledger;
            this.states = states;
            this.now = now;
            this.remaining = ledger.deadline() - now;
            this.returns = new Returns(rules, plan, ledger, states, now);
        }

        Step next() {
            Ledger.Outcome last = ledger.last();
            if (last != null) {
                Step settled = settledBy(last);
                if (settled != null) {
                    return settled;
                }
            }
            if (remaining < SHORTEST) {
                return new Step.GiveUp(deadlineFailure());
            }
            for (int tier = ledger.tier(); tier < plan.tiers().size(); tier++) {
                Step step = withinTier(tier);
                if (step != null) {
                    return step;
                }
            }
            for (int tier = 0; tier < ledger.tier(); tier++) {
                Step step = untried(tier);
                if (step != null) {
                    return step;
                }
            }
            Step late = late();
            if (late != null) {
                return late;
            }
            Step probe = probe();
            return probe != null ? probe : new Step.GiveUp(new Exhaustion(plan, ledger, states, now).failure());
        }

        /** A dead pooled connection is replaced at once; a kind that does not go on ends the request. */
        @Nullable
        private Step settledBy(Ledger.Outcome last) {
            if (last.stale()
                    && ledger.reconnects() < MAX_RECONNECTS
                    && remaining >= SHORTEST
                    && !ledger.isPassedOver(last.candidate())) {
                return attempt(last.candidate(), last.tier(), Step.Entry.RECONNECT, 0, 0);
            }
            FailureKind kind = last.failure().kind();
            if (kind.goesOn()) {
                return null;
            }
            boolean largerMayFollow = kind == FailureKind.CONTEXT_LENGTH
                    && last.candidate().instance().contextWindow() != null
                    && anyone(this::isOpen);
            return largerMayFollow ? null : new Step.GiveUp(last.failure());
        }

        @Nullable
        private Step withinTier(int tier) {
            Step first = untried(tier);
            if (first != null) {
                return first;
            }
            Step queued = queued(tier);
            if (queued != null) {
                return queued;
            }
            return ledger.hasReturnedIn(tier)
                    ? null
                    : comeBack(tier, tier + 1, false, rules.patience().toNanos());
        }

        @Nullable
        private Step untried(int tier) {
            Candidate candidate = pick(tier, this::isReadyForItsShare);
            if (candidate == null) {
                candidate = pick(tier, this::isReady);
            }
            return candidate == null ? null : attempt(candidate, tier, Step.Entry.FIRST, 0, 0);
        }

        @Nullable
        private Step queued(int tier) {
            long tenth = (ledger.deadline() - ledger.start()) / 10;
            long queue = Math.min(Math.min(LONGEST_QUEUE, tenth), remaining - SHORTEST);
            if (queue <= 0 || ledger.hasQueuedIn(tier)) {
                return null;
            }
            Candidate candidate = pick(
                    tier,
                    it -> isUntried(it)
                            && !ledger.hasQueuedFor(it.instance().echelon())
                            && condition(it).obstacle() == Obstacle.CONCURRENCY);
            return candidate == null ? null : attempt(candidate, tier, Step.Entry.FIRST, 0, queue);
        }

        /** The return with the shortest wait that is at most {@code longest}. */
        @Nullable
        private Step comeBack(int fromTier, int toTier, boolean late, long longest) {
            Candidate best = null;
            int bestTier = 0;
            long bestWait = Long.MAX_VALUE;
            for (Ledger.Outcome outcome : ledger.outcomes()) {
                if (outcome.tier() < fromTier || outcome.tier() >= toTier || !returns.may(outcome, late)) {
                    continue;
                }
                long wait = returns.waitNanos(outcome, late);
                if (wait < bestWait && wait <= longest && wait + SHORTEST <= remaining) {
                    best = outcome.candidate();
                    bestTier = outcome.tier();
                    bestWait = wait;
                }
            }
            return best == null ? null : attempt(best, bestTier, Step.Entry.RETURN, bestWait, 0);
        }

        /** Nothing untried can be asked: any return, or any wait for an echelon's minute, that fits the deadline. */
        @Nullable
        private Step late() {
            Step back = comeBack(0, plan.tiers().size(), true, remaining);
            long shortest = back instanceof Step.Attempt attempt ? attempt.delayNanos() : Long.MAX_VALUE;
            long wait = Long.MAX_VALUE;
            for (Tier tier : plan.tiers()) {
                for (Candidate candidate : tier.candidates()) {
                    if (isUntried(candidate)) {
                        Condition condition = condition(candidate);
                        if (condition.obstacle() == Obstacle.RPM) {
                            wait = Math.min(wait, Math.max(1, condition.waitNanos()));
                        }
                    }
                }
            }
            return wait < shortest && wait + SHORTEST <= remaining ? new Step.Wait(wait) : back;
        }

        @Nullable
        private Step probe() {
            if (ledger.probed()) {
                return null;
            }
            for (int tier = 0; tier < plan.tiers().size(); tier++) {
                Candidate candidate = pick(tier, it -> isOpen(it) && states.probeable(it.instance(), now));
                if (candidate != null) {
                    return attempt(candidate, tier, Step.Entry.PROBE, 0, 0);
                }
            }
            return null;
        }

        @Nullable
        private Candidate pick(int tier, Predicate<Candidate> eligible) {
            Tier at = plan.tiers().get(tier);
            boolean again = !ledger.outcomes().isEmpty();
            return at.strategy().pick(at.candidates(), again, eligible, it -> states.inFlight(it.instance()));
        }

        private Step attempt(Candidate candidate, int tier, Step.Entry entry, long delay, long queue) {
            long own = candidate.instance().timeout().toNanos();
            long left = remaining - delay - queue;
            boolean othersLeft = anyone(it -> !isSame(it, candidate) && isReady(it));
            long share = othersLeft ? Math.max(left / 2, SHORTEST) : left;
            long timeout = Math.min(own, share);
            return new Step.Attempt(candidate, tier, entry, delay, timeout, timeout < own, queue);
        }

        /** Whether this request has not asked the model yet and could say what it wants to it. */
        private boolean isUntried(Candidate candidate) {
            Instance instance = candidate.instance();
            return !ledger.tried(instance.key())
                    && !ledger.isRefused(candidate)
                    && ledger.canSay(instance)
                    && ledger.fits(instance);
        }

        private boolean isOpen(Candidate candidate) {
            return isUntried(candidate) && !ledger.isPassedOver(candidate);
        }

        private boolean isReady(Candidate candidate) {
            return isOpen(candidate)
                    && condition(candidate).ready()
                    && (ledger.outcomes().isEmpty() || !mostAreOut() || returns.withinBudget(candidate.instance()));
        }

        private boolean isReadyForItsShare(Candidate candidate) {
            if (!isReady(candidate)) {
                return false;
            }
            double share = condition(candidate).share();
            return share >= 1 || ledger.chance(candidate.instance().id()) < share;
        }

        /** Whether half of the plan's instances are open or cooling. */
        private boolean mostAreOut() {
            if (mostAreOut == null) {
                mostAreOut = countOut() * 2 >= plan.size();
            }
            return mostAreOut;
        }

        private int countOut() {
            int out = 0;
            for (Tier tier : plan.tiers()) {
                for (Candidate candidate : tier.candidates()) {
                    Obstacle obstacle = condition(candidate).obstacle();
                    if (obstacle == Obstacle.BREAKER_OPEN || obstacle == Obstacle.COOLING) {
                        out++;
                    }
                }
            }
            return out;
        }

        private boolean anyone(Predicate<Candidate> test) {
            List<Tier> tiers = plan.tiers();
            for (Tier tier : tiers) {
                for (Candidate candidate : tier.candidates()) {
                    if (test.test(candidate)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** Whether the failure of one makes the other tried. */
        private static boolean isSame(Candidate one, Candidate other) {
            return one.instance().key().equals(other.instance().key());
        }

        private Condition condition(Candidate candidate) {
            return states.condition(candidate.instance(), now);
        }

        private ModelFailure deadlineFailure() {
            return ModelFailure.of(
                    FailureKind.TIMEOUT, plan.target() + ": the deadline passed after " + attempts(ledger.attempts()));
        }
    }

    static String attempts(int count) {
        return count == 1 ? "1 attempt" : count + " attempts";
    }
}

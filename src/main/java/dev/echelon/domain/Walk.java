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
    private static final long FIRST_BUDGET_WAIT = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_BUDGET_WAIT = Duration.ofSeconds(1).toNanos();
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

    /** Hears whom the walk considered and did not take, and why. */
    @FunctionalInterface
    public interface Consideration {

        /**
         * @param why an obstacle's word, {@code retry_budget} or {@code slow_start}
         * @param waitNanos how long that is known to last; 0 when it is not
         */
        void passedOver(Candidate candidate, String why, long waitNanos);
    }

    /** Decides the next step. Changes nothing; the caller writes into the ledger what it then does. */
    public Step next(Plan plan, Ledger ledger, InstanceStates states, long now, Consideration consideration) {
        return new Look(plan, ledger, states, now, consideration).next();
    }

    /** One look at the world, at one moment. */
    private final class Look {

        private final Plan plan;
        private final Ledger ledger;
        private final InstanceStates states;
        private final long now;
        private final long remaining;
        private final Returns returns;
        private final Eligibility eligible;

        Look(Plan plan, Ledger ledger, InstanceStates states, long now, Consideration consideration) {
            this.plan = plan;
            this.ledger = ledger;
            this.states = states;
            this.now = now;
            this.remaining = ledger.deadline() - now;
            this.returns = new Returns(rules, plan, ledger, states, now);
            this.eligible = new Eligibility(plan, ledger, states, now, returns, consideration);
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
            if (ledger.isHedge()) {
                return hedge(last);
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

        /** One attempt, without any wait. */
        private Step hedge(Ledger.@Nullable Outcome last) {
            if (last != null) {
                return new Step.GiveUp(last.failure());
            }
            for (int tier = 0; tier < plan.tiers().size(); tier++) {
                Step step = untried(tier);
                if (step != null) {
                    return step;
                }
            }
            return new Step.GiveUp(ModelFailure.of(FailureKind.SATURATED, plan.target() + ": nobody to hedge with"));
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
                    && anyone(eligible::isOpen);
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
            Candidate candidate = pick(tier, eligible::isReadyForItsShare);
            if (candidate == null) {
                candidate = pick(tier, eligible::isReady);
            }
            Step.Entry entry = ledger.isHedge() ? Step.Entry.HEDGE : Step.Entry.FIRST;
            return candidate == null ? null : attempt(candidate, tier, entry, 0, 0);
        }

        /** How long it may stand in a queue now. */
        private long queueNanos() {
            long tenth = (ledger.deadline() - ledger.start()) / 10;
            return Math.min(Math.min(LONGEST_QUEUE, tenth), remaining - SHORTEST);
        }

        @Nullable
        private Step queued(int tier) {
            long queue = queueNanos();
            if (queue <= 0 || ledger.hasQueuedIn(tier)) {
                return null;
            }
            Candidate candidate = pick(
                    tier,
                    it -> eligible.isUntried(it)
                            && !ledger.hasQueuedFor(it.instance().echelon())
                            && eligible.condition(it).obstacle() == Obstacle.CONCURRENCY);
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
            if (best == null) {
                return null;
            }
            boolean full = eligible.condition(best).obstacle() == Obstacle.CONCURRENCY;
            long queue = full ? Math.min(queueNanos(), remaining - bestWait - SHORTEST) : 0;
            return attempt(best, bestTier, Step.Entry.RETURN, bestWait, queue);
        }

        /**
         * Nothing untried can be asked now: any return, or any wait for an echelon's minute or for the retry budget, that
         * fits the deadline.
         */
        @Nullable
        private Step late() {
            Step back = comeBack(0, plan.tiers().size(), true, remaining);
            long shortest = back instanceof Step.Attempt attempt ? attempt.delayNanos() : Long.MAX_VALUE;
            long wait = Long.MAX_VALUE;
            for (Candidate candidate : plan.candidates()) {
                if (eligible.isUntried(candidate)) {
                    Condition condition = eligible.condition(candidate);
                    if (condition.obstacle() == Obstacle.RPM) {
                        wait = Math.min(wait, Math.max(1, condition.waitNanos()));
                    } else if (condition.ready() && eligible.isOpen(candidate)) {
                        wait = Math.min(wait, budgetWait());
                    }
                }
            }
            return wait < shortest && wait + SHORTEST <= remaining ? new Step.Wait(wait) : back;
        }

        /** Someone well is left, but too many are on their way to it: a while that grows, so that they come in turn. */
        private long budgetWait() {
            long ceiling = Math.min(FIRST_BUDGET_WAIT << Math.min(ledger.waits(), 10), LONGEST_BUDGET_WAIT);
            return (long) (ceiling * (0.5 + 0.5 * ledger.chance(Eligibility.RETRY_BUDGET + ledger.waits())));
        }

        @Nullable
        private Step probe() {
            if (ledger.probed()) {
                return null;
            }
            for (int tier = 0; tier < plan.tiers().size(); tier++) {
                Candidate candidate = pick(tier, it -> eligible.isOpen(it) && states.probeable(it.instance(), now));
                if (candidate != null) {
                    return attempt(candidate, tier, Step.Entry.PROBE, 0, 0);
                }
            }
            return null;
        }

        @Nullable
        private Candidate pick(int tier, Predicate<Candidate> wanted) {
            Tier at = plan.tiers().get(tier);
            String session = ledger.session();
            if (session != null) {
                return at.affinity().pick(session, wanted);
            }
            boolean again = ledger.isHedge() || !ledger.outcomes().isEmpty();
            return at.strategy().pick(at.candidates(), again, wanted, it -> states.inFlight(it.instance()));
        }

        private Step attempt(Candidate candidate, int tier, Step.Entry entry, long delay, long queue) {
            long own = candidate.instance().timeout().toNanos();
            long left = remaining - delay - queue;
            boolean othersLeft = anyone(it -> !isSame(it, candidate)
                    && eligible.isOpen(it)
                    && eligible.condition(it).ready());
            long share = othersLeft ? Math.max(left / 2, SHORTEST) : left;
            long timeout = Math.min(own, share);
            boolean budgeted = entry == Step.Entry.RETURN
                    || (entry == Step.Entry.FIRST && !ledger.outcomes().isEmpty() && eligible.mostAreOut());
            return new Step.Attempt(candidate, tier, entry, delay, timeout, timeout < own, queue, budgeted);
        }

        /** Begins anywhere, so that not every request looks at the same dead ones first. */
        private boolean anyone(Predicate<Candidate> test) {
            List<Candidate> all = plan.candidates();
            int start = ledger.anyOf(all.size(), 0);
            for (int i = 0; i < all.size(); i++) {
                if (test.test(all.get((start + i) % all.size()))) {
                    return true;
                }
            }
            return false;
        }

        /** Whether the failure of one makes the other tried. */
        private static boolean isSame(Candidate one, Candidate other) {
            return one.instance().key().equals(other.instance().key());
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

package dev.echelon.domain;

import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a caller is told when the walk has nowhere left to go. */
final class Exhaustion {

    /** Of several kinds the first of these is told. */
    private static final List<FailureKind> ORDER = List.of(
            FailureKind.TIMEOUT,
            FailureKind.SERVER_ERROR,
            FailureKind.NETWORK_ERROR,
            FailureKind.BAD_RESPONSE,
            FailureKind.SATURATED,
            FailureKind.QUOTA,
            FailureKind.AUTH,
            FailureKind.RATE_LIMIT);

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Plan plan;
    private final Ledger ledger;
    private final InstanceStates states;
    private final long now;

    Exhaustion(Plan plan, Ledger ledger, InstanceStates states, long now) {
        this.plan = plan;
        this.ledger = ledger;
        this.states = states;
        this.now = now;
    }

    ModelFailure failure() {
        return ledger.outcomes().isEmpty() ? nobodyAsked() : everybodyFailed();
    }

    private ModelFailure everybodyFailed() {
        Set<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
        ledger.outcomes().forEach(outcome -> kinds.add(outcome.failure().kind()));
        ModelFailure tooLong = tooLong(kinds);
        if (tooLong != null) {
            return tooLong;
        }
        for (FailureKind kind : ORDER) {
            if (kinds.contains(kind)) {
                String words = kinds.stream().map(FailureKind::word).collect(Collectors.joining(", "));
                String message = "%s: no model answered after %s (%s)"
                        .formatted(plan.target(), Walk.attempts(ledger.attempts()), words);
                boolean worthWaiting = kind == FailureKind.RATE_LIMIT || kind == FailureKind.SATURATED;
                return ModelFailure.of(kind, message).withRetryAfter(worthWaiting ? earliest() : null);
            }
        }
        return ledger.outcomes().get(ledger.outcomes().size() - 1).failure();
    }

    /** The prompt was too long for some, and the others were rate limited: waiting would not make it shorter. */
    private @Nullable ModelFailure tooLong(Set<FailureKind> kinds) {
        boolean nothingElse =
                EnumSet.of(FailureKind.CONTEXT_LENGTH, FailureKind.RATE_LIMIT).containsAll(kinds);
        for (Ledger.Outcome outcome : ledger.outcomes()) {
            if (nothingElse && outcome.failure().kind() == FailureKind.CONTEXT_LENGTH) {
                return outcome.failure();
            }
        }
        return null;
    }

    private ModelFailure nobodyAsked() {
        ModelFailure refusal = ledger.refusal();
        if (refusal != null) {
            return refusal;
        }
        Set<Obstacle> obstacles = EnumSet.noneOf(Obstacle.class);
        boolean anyoneCanSay = false;
        for (Plan.Candidate candidate : plan.candidates()) {
            if (ledger.canSay(candidate.instance())) {
                anyoneCanSay = true;
                obstacles.add(condition(candidate).obstacle());
            }
        }
        if (!anyoneCanSay) {
            return ModelFailure.of(
                    FailureKind.INVALID_REQUEST,
                    "no model of " + plan.target() + " can take this kind of content or parameter");
        }
        if (obstacles.equals(Set.of(Obstacle.COOLING))) {
            return ModelFailure.of(FailureKind.RATE_LIMIT, plan.target() + ": every model is rate limited")
                    .withRetryAfter(earliest());
        }
        obstacles.remove(Obstacle.COOLING);
        obstacles.removeAll(EnumSet.of(Obstacle.NONE, Obstacle.CONCURRENCY, Obstacle.RPM));
        if (obstacles.isEmpty()) {
            return ModelFailure.of(FailureKind.SATURATED, plan.target() + " is at its limits")
                    .withRetryAfter(earliest());
        }
        return ModelFailure.of(FailureKind.UNAVAILABLE, plan.target() + ": no model is available at the moment")
                .withRetryAfter(earliest());
    }

    /** When the first instance is worth asking again; at least a second. */
    private Duration earliest() {
        long wait = Long.MAX_VALUE;
        for (Plan.Candidate candidate : plan.candidates()) {
            if (ledger.canSay(candidate.instance())) {
                wait = Math.min(wait, condition(candidate).waitNanos());
            }
        }
        return Duration.ofNanos(Math.max(wait == Long.MAX_VALUE ? 0 : wait, SECOND));
    }

    private Condition condition(Plan.Candidate candidate) {
        return states.condition(candidate.instance(), now);
    }
}

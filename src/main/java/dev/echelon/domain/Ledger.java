package dev.echelon.domain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one request has already done. The walk reads it, the balancers write it; one thread at a time.
 */
public final class Ledger {

    private final long start;
    private final long deadline;
    private final long seed;
    private final Set<String> mutedDialects;
    private final List<Outcome> outcomes = new ArrayList<>(2);
    private final Map<String, Integer> returnsByEchelon = new HashMap<>();
    private final Map<String, Integer> visits = new HashMap<>();
    private final RareSet<String> passedOver = new RareSet<>();
    private final RareSet<String> refused = new RareSet<>();
    private final RareSet<String> queuedFor = new RareSet<>();
    private final RareSet<Integer> queuedIn = new RareSet<>();
    private final RareSet<Integer> returnedIn = new RareSet<>();
    private final RareSet<ModelKey> excluded;
    private final boolean hedge;
    private int tier;
    private int returns;
    private boolean probed;
    private int reconnects;
    private int waits;

    @Nullable
    private final String session;

    @Nullable
    private ModelFailure refusal;

    /**
     * @param start nanos
     * @param deadline nanos; no attempt outlasts it
     * @param seed of this request's jitter and chances, so that a walk replays to the same choices
     * @param mutedDialects dialects in which the request cannot be said
     * @param session keeps requests of the same name on the same instance, while that is well
     */
    public Ledger(long start, long deadline, long seed, Set<String> mutedDialects, @Nullable String session) {
        this(start, deadline, seed, mutedDialects, session, new RareSet<>(), false);
    }

    private Ledger(
            long start,
            long deadline,
            long seed,
            Set<String> mutedDialects,
            @Nullable String session,
            RareSet<ModelKey> excluded,
            boolean hedge) {
        this.start = start;
        this.deadline = deadline;
        this.seed = seed;
        this.mutedDialects = mutedDialects;
        this.session = session;
        this.excluded = excluded;
        this.hedge = hedge;
    }

    /** The ledger of a hedge: one attempt, on a model that this request has not asked and is not asking. */
    public Ledger forHedge(ModelKey running) {
        RareSet<ModelKey> others = new RareSet<>();
        others.addAll(excluded);
        others.add(running);
        outcomes.forEach(outcome -> others.add(outcome.candidate().instance().key()));
        return new Ledger(start, deadline, ~seed, mutedDialects, session, others, true);
    }

    /** A hedge of this request asks the model: it counts as tried. */
    public void exclude(ModelKey key) {
        excluded.add(key);
    }

    /** The hedge did not come to ask it. */
    public void include(ModelKey key) {
        excluded.remove(key);
    }

    boolean isHedge() {
        return hedge;
    }

    /**
     * How an attempt ended.
     *
     * @param stale whether the connection was a pooled one that was dead before a byte was read
     */
    public record Outcome(Plan.Candidate candidate, int tier, ModelFailure failure, boolean stale, long endedAt) {}

    /** An attempt begins: it reached the point where the upstream is called. A reconnect is part of the visit. */
    public void begin(Step.Attempt attempt) {
        Instance instance = attempt.candidate().instance();
        tier = attempt.tier();
        if (attempt.entry() != Step.Entry.RECONNECT) {
            visits.merge(instance.id(), 1, Integer::sum);
        }
        switch (attempt.entry()) {
            case RETURN -> {
                returns++;
                returnedIn.add(tier);
                returnsByEchelon.merge(instance.echelon(), 1, Integer::sum);
            }
            case PROBE -> probed = true;
            case RECONNECT -> reconnects++;
            case FIRST, HEDGE -> {}
        }
    }

    /** An attempt failed. */
    public void fail(Step.Attempt attempt, ModelFailure failure, boolean stale, long now) {
        outcomes.add(new Outcome(attempt.candidate(), attempt.tier(), failure, stale, now));
    }

    /** An instance was picked but not asked: its limits or breaker said no in the last moment. */
    public void passOver(Step.Attempt attempt) {
        tier = attempt.tier();
        Instance instance = attempt.candidate().instance();
        if (attempt.queueNanos() > 0) {
            queuedFor.add(instance.echelon());
            queuedIn.add(tier);
        } else {
            passedOver.add(instance.id());
        }
        if (attempt.entry() == Step.Entry.PROBE) {
            probed = true;
        }
    }

    /** A whole route, such as a fallback pool at its rate limit, does not take the request. */
    public void refuse(String node, ModelFailure failure) {
        refused.add(node);
        refusal = failure;
    }

    /** After a wait everyone who was passed over may be looked at again. */
    public void waited() {
        passedOver.clear();
        waits++;
    }

    /** Waits for something other than a return. */
    int waits() {
        return waits;
    }

    public long start() {
        return start;
    }

    public long deadline() {
        return deadline;
    }

    /** Attempts that reached an upstream. */
    public int attempts() {
        int count = reconnects;
        for (int n : visits.values()) {
            count += n;
        }
        return count;
    }

    public List<Outcome> outcomes() {
        return outcomes;
    }

    int tier() {
        return tier;
    }

    int returns() {
        return returns;
    }

    int reconnects() {
        return reconnects;
    }

    boolean probed() {
        return probed;
    }

    int returnsOf(String echelon) {
        return returnsByEchelon.getOrDefault(echelon, 0);
    }

    int visitsOf(Instance instance) {
        return visits.getOrDefault(instance.id(), 0);
    }

    boolean isPassedOver(Plan.Candidate candidate) {
        return passedOver.contains(candidate.instance().id());
    }

    /** Whether a route on the way to it does not take the request. */
    boolean isRefused(Plan.Candidate candidate) {
        if (refused.isEmpty()) {
            return false;
        }
        for (String node : candidate.path()) {
            if (refused.contains(node)) {
                return true;
            }
        }
        return false;
    }

    boolean canSay(Instance instance) {
        return !mutedDialects.contains(instance.dialect());
    }

    boolean hasQueuedFor(String echelon) {
        return queuedFor.contains(echelon);
    }

    /** Whether the request has already stood in a queue of this tier. */
    boolean hasQueuedIn(int number) {
        return queuedIn.contains(number);
    }

    boolean hasReturnedIn(int number) {
        return returnedIn.contains(number);
    }

    /** Whether the prompt may fit: after {@code context_length} only a window that is known to be larger will do. */
    boolean fits(Instance instance) {
        int tooSmall = tooSmallWindow();
        Integer known = instance.contextWindow();
        return tooSmall == 0 || (known != null && known > tooSmall);
    }

    /** The largest window that the request did not fit into; 0 when none is known. */
    private int tooSmallWindow() {
        int largest = 0;
        for (Outcome outcome : outcomes) {
            Integer window = outcome.candidate().instance().contextWindow();
            if (outcome.failure().kind() == FailureKind.CONTEXT_LENGTH && window != null) {
                largest = Math.max(largest, window);
            }
        }
        return largest;
    }

    @Nullable
    String session() {
        return session;
    }

    boolean tried(ModelKey key) {
        if (excluded.contains(key)) {
            return true;
        }
        for (Outcome outcome : outcomes) {
            if (outcome.candidate().instance().key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    Outcome last() {
        return outcomes.isEmpty() ? null : outcomes.get(outcomes.size() - 1);
    }

    @Nullable
    ModelFailure refusal() {
        return refusal;
    }

    /** The last failure of an instance in this request. */
    @Nullable
    Outcome lastOf(Instance instance) {
        for (int i = outcomes.size() - 1; i >= 0; i--) {
            if (outcomes.get(i).candidate().instance().id().equals(instance.id())) {
                return outcomes.get(i);
            }
        }
        return null;
    }

    /** The {@code number}th of any numbers below {@code bound}, the same whenever it is asked. */
    int anyOf(int bound, int number) {
        return (int) (Hash.toUnit(seed + number) * bound);
    }

    /** A chance from 0 to 1, the same whenever it is asked for the same purpose in the same state. */
    double chance(String purpose) {
        return Hash.toUnit(seed ^ (31L * purpose.hashCode() + 1_000_003L * outcomes.size()));
    }
}

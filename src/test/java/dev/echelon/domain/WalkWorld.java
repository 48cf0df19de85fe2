package dev.echelon.domain;

import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A plan, the states of its instances and what they answer, on a clock that moves only by what is done. */
final class WalkWorld implements InstanceStates {

    static final Set<FailureKind> LISTED =
            Set.of(FailureKind.TIMEOUT, FailureKind.RATE_LIMIT, FailureKind.NETWORK_ERROR);

    private static final int ENDLESS = 500;

    Duration deadline = Duration.ofMinutes(2);
    Walk.Rules rules = new Walk.Rules(Duration.ofSeconds(1), 4, 0.2);
    Set<String> muted = Set.of();
    long seed = 7;

    @Nullable
    String session;

    long now = 5_000_000_000L;

    final List<Asked> asked = new ArrayList<>();
    final List<Long> waits = new ArrayList<>();

    /** Whom the walk did not take and why: {@code a=breaker_open}. */
    final Set<String> passedOver = new LinkedHashSet<>();

    /** As a request's, with the time instead of the time since its beginning. */
    DecisionTrace trace = new DecisionTrace();

    private final Deque<Reply> replayed = new ArrayDeque<>();
    private final List<Plan.Tier> tiers = new ArrayList<>();
    private final Map<String, Condition> conditions = new HashMap<>();
    private final Map<String, Long> until = new HashMap<>();
    private final Map<String, Integer> inFlight = new HashMap<>();
    private final Map<String, Integer> returnsInFlight = new HashMap<>();
    private final Set<String> fillingUp = new HashSet<>();
    private final Set<String> probeable = new HashSet<>();
    private final Map<String, Deque<Reply>> script = new HashMap<>();
    private final Map<String, Reply> always = new HashMap<>();
    private final Map<String, Integer> refusals = new HashMap<>();

    @Nullable
    private Ledger ledger;

    /** What an upstream does; {@code failure} is {@code null} when it answers. */
    record Reply(@Nullable ModelFailure failure, boolean stale, Duration took) {}

    /** An attempt that was made, or that limits refused. */
    record Asked(Step.Attempt attempt, long startedAt, boolean sent) {

        String model() {
            return attempt.candidate().instance().key().model().model();
        }
    }

    /** An instance with what a test may want to say about it. */
    static final class Spec {

        private final String model;
        private Instance.Retry retry = new Instance.Retry(LISTED, 3, Duration.ofSeconds(1), 2, Duration.ofSeconds(10));
        private Duration timeout = Duration.ofSeconds(30);
        private String dialect = "openai";
        private String credential = "key";

        @Nullable
        private Integer window;

        private Spec(String model) {
            this.model = model;
        }

        static Spec of(String model) {
            return new Spec(model);
        }

        Spec retries(int most) {
            retry = new Instance.Retry(retry.on(), most, retry.delay(), retry.factor(), retry.maxDelay());
            return this;
        }

        Spec delay(Duration delay) {
            retry = new Instance.Retry(retry.on(), retry.maxReturns(), delay, retry.factor(), retry.maxDelay());
            return this;
        }

        Spec timeout(Duration own) {
            timeout = own;
            return this;
        }

        Spec dialect(String name) {
            dialect = name;
            return this;
        }

        Spec credential(String key) {
            credential = key;
            return this;
        }

        Spec window(int tokens) {
            window = tokens;
            return this;
        }

        Instance in(String echelon) {
            ModelKey key = new ModelKey(
                    new ModelRef("openai", model), URI.create("http://localhost/v1"), new Secret(credential));
            return new Instance(
                    echelon + "/openai:" + model, echelon, key, dialect, retry, timeout, null, null, window);
        }
    }

    static Reply failing(FailureKind kind) {
        return new Reply(ModelFailure.of(kind, kind.word()), false, Duration.ofMillis(10));
    }

    static Reply failing(FailureKind kind, Duration retryAfter) {
        return new Reply(ModelFailure.of(kind, kind.word()).withRetryAfter(retryAfter), false, Duration.ofMillis(10));
    }

    static Reply stale() {
        return new Reply(ModelFailure.of(FailureKind.NETWORK_ERROR, "stale"), true, Duration.ZERO);
    }

    static Reply fine() {
        return new Reply(null, false, Duration.ofMillis(10));
    }

    WalkWorld tier(String echelon, String... models) {
        return tier(echelon, Arrays.stream(models).map(Spec::of).toArray(Spec[]::new));
    }

    WalkWorld tier(String echelon, Spec... specs) {
        return tier(
                Integer.MAX_VALUE,
                Arrays.stream(specs).map(it -> it.in(echelon)).toList());
    }

    WalkWorld tier(int maxInstanceAttempts, List<Instance> instances) {
        List<Plan.Candidate> candidates = instances.stream()
                .map(it -> new Plan.Candidate(it, List.of("pool:p", "instance:" + it.id())))
                .toList();
        String name = instances.get(0).echelon();
        tiers.add(new Plan.Tier("p", name, candidates, Strategies.roundRobin(), maxInstanceAttempts));
        return this;
    }

    WalkWorld add(Plan.Tier tier) {
        tiers.add(tier);
        return this;
    }

    /** What the model does next; after the last of these it does what it always does, and by default it answers. */
    WalkWorld next(String model, Reply... replies) {
        script.computeIfAbsent(model, any -> new ArrayDeque<>()).addAll(List.of(replies));
        return this;
    }

    WalkWorld always(String model, Reply reply) {
        always.put(model, reply);
        return this;
    }

    WalkWorld always(FailureKind kind, String... models) {
        for (String model : models) {
            always.put(model, failing(kind));
        }
        return this;
    }

    WalkWorld condition(String model, Obstacle obstacle, Duration wait) {
        conditions.put(model, Condition.blocked(obstacle, wait.toNanos()));
        until.put(model, now + wait.toNanos());
        return this;
    }

    /** An obstacle of no known end. */
    WalkWorld blocked(String model, Obstacle obstacle) {
        conditions.put(model, Condition.blocked(obstacle, 0));
        until.put(model, Long.MAX_VALUE);
        return this;
    }

    /** Its echelon has room for the first attempt and for none after. */
    WalkWorld fillsUpAfterwards(String model) {
        fillingUp.add(model);
        return this;
    }

    WalkWorld share(String model, double share) {
        conditions.put(model, new Condition(Obstacle.NONE, 0, share));
        until.put(model, Long.MAX_VALUE);
        return this;
    }

    WalkWorld probeable(String model) {
        probeable.add(model);
        return this;
    }

    WalkWorld running(String model, int attempts, int returns) {
        inFlight.put(model, attempts);
        returnsInFlight.put(model, returns);
        return this;
    }

    /** Its limits say no this many times, though the walk could not see it coming. */
    WalkWorld refuses(String model, int times) {
        refusals.put(model, times);
        return this;
    }

    Plan plan() {
        return new Plan("target", tiers);
    }

    Ledger ledger() {
        if (ledger == null) {
            ledger = new Ledger(now, now + deadline.toNanos(), seed, muted, session);
        }
        return ledger;
    }

    /** The next step of the request, which is not taken. */
    Step look() {
        return new Walk(rules).next(plan(), ledger(), this, now, this::passedOver);
    }

    /** Makes a request; the result is {@code model}, {@code model return}, ... and at last the failure, if any. */
    List<String> run() {
        ledger = null;
        trace = new DecisionTrace();
        Plan plan = plan();
        Walk walk = new Walk(rules);
        List<String> log = new ArrayList<>();
        for (int i = 0; i < ENDLESS; i++) {
            Step step = walk.next(plan, ledger(), this, now, this::passedOver);
            if (step instanceof Step.GiveUp giveUp) {
                log.add("give up: " + giveUp.failure().kind().word());
                return log;
            }
            if (step instanceof Step.Wait wait) {
                waits.add(wait.nanos());
                now += wait.nanos();
                ledger().waited();
                log.add("wait");
            } else if (step instanceof Step.Attempt attempt && take(attempt, log)) {
                return log;
            }
        }
        throw new AssertionError("the walk does not end: " + log.subList(0, 20));
    }

    private void passedOver(Plan.Candidate candidate, String why, long waitNanos) {
        trace.add(new DecisionTrace.Entry(candidate.instance().id(), why, null, now, 0, waitNanos));
        passedOver.add(candidate.instance().key().model().model() + "=" + why);
    }

    private boolean take(Step.Attempt attempt, List<String> log) {
        now += attempt.delayNanos();
        String model = attempt.candidate().instance().key().model().model();
        boolean queuedInVain = attempt.queueNanos() > 0
                && condition(attempt.candidate().instance(), now).obstacle() == Obstacle.CONCURRENCY;
        Integer left = refusals.getOrDefault(model, 0);
        String how = attempt.entry() == Step.Entry.FIRST
                ? ""
                : " " + attempt.entry().name().toLowerCase(java.util.Locale.ROOT);
        if (queuedInVain || left > 0) {
            refusals.put(model, Math.max(0, left - 1));
            asked.add(new Asked(attempt, now, false));
            trace.add(new DecisionTrace.Entry(attempt.candidate().instance().id(), "saturated", null, now, 0, 0));
            now += attempt.queueNanos();
            ledger().passOver(attempt);
            log.add(model + how + (queuedInVain ? " queued in vain" : " refused"));
            return false;
        }
        asked.add(new Asked(attempt, now, true));
        ledger().begin(attempt);
        log.add(model + how);
        Reply reply = replayed.isEmpty() ? reply(model) : Objects.requireNonNull(replayed.poll());
        long begun = now;
        if (fillingUp.contains(model)) {
            blocked(model, Obstacle.CONCURRENCY);
        }
        boolean late = reply.took().toNanos() > attempt.timeoutNanos();
        now += Math.min(reply.took().toNanos(), attempt.timeoutNanos());
        ModelFailure failure = late ? ModelFailure.of(FailureKind.TIMEOUT, "late") : reply.failure();
        trace.add(entry(attempt, failure, begun, now - begun));
        if (failure == null) {
            return true;
        }
        ledger().fail(attempt, failure, reply.stale() && !late, now);
        return false;
    }

    private static DecisionTrace.Entry entry(
            Step.Attempt attempt, @Nullable ModelFailure failure, long begun, long took) {
        Duration wait = failure == null ? null : failure.retryAfter();
        return new DecisionTrace.Entry(
                attempt.candidate().instance().id(),
                failure == null ? DecisionTrace.OK : failure.kind().word(),
                attempt.entry().name(),
                begun,
                took,
                wait == null ? 0 : wait.toNanos());
    }

    /** From now on upstreams do what the trace says they did, whatever was said before. */
    WalkWorld replaying(DecisionTrace earlier) {
        List<DecisionTrace.Entry> attempts = earlier.entries().stream()
                .filter(DecisionTrace.Entry::attempted)
                .toList();
        for (int i = 0; i < attempts.size(); i++) {
            DecisionTrace.Entry it = attempts.get(i);
            boolean stale = i + 1 < attempts.size()
                    && Step.Entry.RECONNECT.name().equals(attempts.get(i + 1).how());
            ModelFailure failure = it.outcome().equals(DecisionTrace.OK)
                    ? null
                    : ModelFailure.of(FailureKind.valueOf(it.outcome().toUpperCase(java.util.Locale.ROOT)), "");
            if (failure != null && it.waitNanos() > 0) {
                failure = failure.withRetryAfter(Duration.ofNanos(it.waitNanos()));
            }
            replayed.add(new Reply(failure, stale, Duration.ofNanos(it.nanos())));
        }
        return this;
    }

    private Reply reply(String model) {
        Deque<Reply> next = script.getOrDefault(model, new ArrayDeque<>());
        return next.isEmpty() ? always.getOrDefault(model, fine()) : Objects.requireNonNull(next.poll());
    }

    @Override
    public Condition condition(Instance instance, long at) {
        String model = instance.key().model().model();
        Condition condition = conditions.getOrDefault(model, Condition.READY);
        long end = until.getOrDefault(model, 0L);
        if (end == Long.MAX_VALUE) {
            return condition;
        }
        return end <= at ? Condition.READY : Condition.blocked(condition.obstacle(), end - at);
    }

    @Override
    public int inFlight(Instance instance) {
        return inFlight.getOrDefault(instance.key().model().model(), 0);
    }

    @Override
    public int returnsInFlight(Instance instance) {
        return returnsInFlight.getOrDefault(instance.key().model().model(), 0);
    }

    @Override
    public boolean probeable(Instance instance, long at) {
        return probeable.contains(instance.key().model().model());
    }
}

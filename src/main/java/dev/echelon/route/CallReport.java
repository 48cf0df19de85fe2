package dev.echelon.route;

import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Instance;
import dev.echelon.domain.Ledger;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Plan;
import dev.echelon.domain.RareSet;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Ticker;
import dev.echelon.domain.Usage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a request: its decision trace as it comes about, what listeners hear, who answered. Used on the
 * request's event loop only.
 */
final class CallReport {

    private static final int MOST_CONSIDERED = 64;

    private final String id;
    private final String target;
    private final long generation;
    private final CacheUse cache;
    private final Ledger ledger;
    private final Ticker ticker;
    private final RequestListener listener;
    private final DecisionTrace trace = new DecisionTrace();
    private final RareSet<String> considered = new RareSet<>();

    @Nullable
    private Instance lastAsked;

    @Nullable
    private Usage usage;

    @Nullable
    private AnswerSize answer;

    /** Of the request as it stands when nothing is under way; both who answers and who listens want it. */
    @Nullable
    private RouteInfo atRest;

    private long committedAt;
    private boolean committed;
    private int othersAttempts;

    CallReport(
            String id,
            String target,
            long generation,
            CacheUse cache,
            Ledger ledger,
            Ticker ticker,
            RequestListener listener) {
        this.id = id;
        this.target = target;
        this.generation = generation;
        this.cache = cache;
        this.ledger = ledger;
        this.ticker = ticker;
        this.listener = listener;
    }

    /** Noted once for each reason, however often the walk looks. */
    void passedOver(Plan.Candidate candidate, String why, long waitNanos) {
        String instance = candidate.instance().id();
        if (considered.size() < MOST_CONSIDERED && considered.add(instance + '=' + why)) {
            note(new DecisionTrace.Entry(instance, why, null, sinceStart(), 0, waitNanos));
        }
    }

    private void note(DecisionTrace.Entry entry) {
        trace.add(entry);
        atRest = null;
    }

    /** A route on the way does not take the request. */
    void refused(String node, ModelFailure failure) {
        note(new DecisionTrace.Entry(node, failure.kind().word(), null, sinceStart(), 0, waitNanos(failure)));
    }

    /** An attempt is over. */
    void attempted(AttemptRun run, @Nullable ModelFailure failure) {
        lastAsked = run.wasSent() ? run.instance() : lastAsked;
        FailureKind kind = failure == null ? null : failure.kind();
        DecisionTrace.Entry entry = entry(run, kind == null ? DecisionTrace.OK : kind.word(), waitNanos(failure));
        note(entry);
        listener.attempted(new RequestListener.Attempted(
                id,
                target,
                run.instance(),
                run.wasSent() ? run.step().entry() : null,
                kind,
                Duration.ofNanos(entry.nanos())));
    }

    /** The first content of a stream has come. */
    void committed() {
        committed = true;
        committedAt = ticker.nanos();
    }

    void answered(AnswerSize size, @Nullable Usage tokens) {
        answer = size;
        usage = tokens;
    }

    /** The other's attempts were made for the same request. */
    void absorb(CallReport other) {
        othersAttempts += other.attempts();
        trace.add(other.trace);
        atRest = null;
    }

    /** Attempts that reached an upstream. */
    int attempts() {
        return ledger.attempts() + othersAttempts;
    }

    /** Who is answering, or was asked last. */
    RouteInfo info(@Nullable AttemptRun running) {
        if (running != null) {
            return described(running);
        }
        RouteInfo known = atRest;
        if (known == null) {
            known = described(null);
            atRest = known;
        }
        return known;
    }

    private RouteInfo described(@Nullable AttemptRun running) {
        Instance instance = running == null ? lastAsked : running.instance();
        return new RouteInfo(
                target,
                instance == null ? "" : instance.id(),
                instance == null ? "" : instance.echelon(),
                attempts(),
                generation,
                shortTrace(running),
                false,
                cache);
    }

    /** With the attempt that is under way: a stream's headers leave before it is over. */
    private String shortTrace(@Nullable AttemptRun running) {
        if (running == null) {
            return trace.toString();
        }
        DecisionTrace soFar = trace.copy();
        soFar.add(entry(running, "streaming", 0));
        return soFar.toString();
    }

    /** The whole request is over. */
    RequestListener.Ended ended(boolean stream, @Nullable Exception thrown) {
        ModelFailure failure = thrown == null
                ? null
                : thrown instanceof ModelFailure told
                        ? told
                        : ModelFailure.of(FailureKind.UNAVAILABLE, "the request broke off unexpectedly");
        return new RequestListener.Ended(
                id,
                info(null),
                stream,
                failure,
                committed && failure != null,
                Duration.ofNanos(sinceStart()),
                committed ? Duration.ofNanos(committedAt - ledger.start()) : null,
                usage,
                answer,
                trace);
    }

    long sinceStart() {
        return ticker.nanos() - ledger.start();
    }

    DecisionTrace trace() {
        return trace;
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    private DecisionTrace.Entry entry(AttemptRun run, String outcome, long waitNanos) {
        return new DecisionTrace.Entry(
                run.instance().id(),
                outcome,
                run.wasSent() ? run.step().entry().word() : null,
                run.startedAt() - ledger.start(),
                ticker.nanos() - run.startedAt(),
                waitNanos);
    }

    private static long waitNanos(@Nullable ModelFailure failure) {
        Duration wait = failure == null ? null : failure.retryAfter();
        return wait == null ? 0 : wait.toNanos();
    }
}

package dev.echelon.route;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Step;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An attempt under way: what it holds, and what is known of it so far. Used on the request's event loop only. */
final class AttemptRun {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptRun.class);

    private final Step.Attempt step;
    private final InstanceState state;
    private final long startedAt;
    private boolean sent;
    private boolean stale;

    @Nullable
    private Runnable lease;

    /** @param startedAt nanos */
    AttemptRun(Step.Attempt step, InstanceState state, long startedAt) {
        this.step = step;
        this.state = state;
        this.startedAt = startedAt;
    }

    Step.Attempt step() {
        return step;
    }

    Instance instance() {
        return step.candidate().instance();
    }

    InstanceState state() {
        return state;
    }

    long startedAt() {
        return startedAt;
    }

    /** Whether it has passed limits and breaker, so that the upstream was called. */
    boolean wasSent() {
        return sent;
    }

    void sent() {
        sent = true;
    }

    /** Whether it ended on a pooled connection that was dead before a byte was read. */
    boolean wasStale() {
        return stale;
    }

    void stale(boolean wasStale) {
        stale = wasStale;
    }

    /** What it failed with; an exception that nobody foresaw counts against the provider. */
    ModelFailure failure(Exception thrown) {
        if (thrown instanceof ModelFailure failure) {
            return failure;
        }
        LOG.error("unexpected failure on {}", instance().id(), thrown);
        sent = true;
        return ModelFailure.of(FailureKind.BAD_RESPONSE, "the attempt broke off unexpectedly");
    }

    /** Something it holds until it is over: a permit of its echelon. */
    void hold(Runnable giveBack) {
        lease = giveBack;
    }

    void giveBack() {
        if (lease != null) {
            lease.run();
            lease = null;
        }
    }
}

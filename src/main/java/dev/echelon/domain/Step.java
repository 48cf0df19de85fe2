package dev.echelon.domain;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the walk says is to be done next. */
public sealed interface Step {

    /**
     * Ask an instance.
     *
     * @param tier where it stands in the plan
     * @param delayNanos to wait before, for a return
     * @param timeoutNanos how long it may take
     * @param cutShort whether the deadline, not the instance's own timeout, set {@code timeoutNanos}: its running out
     *     is then not the instance's fault
     * @param queueNanos how long it may queue for a permit of its echelon; 0 when one is free
     * @param budgeted whether the retry budget of its instance counts it while it runs
     */
    record Attempt(
            Plan.Candidate candidate,
            int tier,
            Entry entry,
            long delayNanos,
            long timeoutNanos,
            boolean cutShort,
            long queueNanos,
            boolean budgeted)
            implements Step {

        /** The same once its delay is over. */
        public Attempt delayed() {
            return new Attempt(candidate, tier, entry, 0, timeoutNanos, cutShort, queueNanos, budgeted);
        }
    }

    /** Nothing can be asked now, but something can after this wait. */
    record Wait(long nanos) implements Step {}

    /** The request has no answer. */
    record GiveUp(ModelFailure failure) implements Step {}

    /** How an attempt comes about. */
    enum Entry {
        /** The instance has not been asked in this request. */
        FIRST,
        /** It has, and is asked again. */
        RETURN,
        /** A pooled connection was dead before a byte was read: asked again at once, free of charge. */
        RECONNECT,
        /** Its breaker is open or its model unhealthy, and nobody else is left. */
        PROBE,
        /** Another attempt of the request is slow: whoever answers first wins. */
        HEDGE;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** As it is called in traces. */
        public String word() {
            return word;
        }
    }

    /** How long to wait before it is taken. */
    default long waitNanos() {
        return this instanceof Attempt attempt ? attempt.delayNanos() : this instanceof Wait wait ? wait.nanos() : 0;
    }

    /** The candidate it leads to, where it leads to one. */
    default Plan.@Nullable Candidate leadsTo() {
        return this instanceof Attempt attempt ? attempt.candidate() : null;
    }
}

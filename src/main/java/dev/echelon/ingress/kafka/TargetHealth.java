package dev.echelon.ingress.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which targets answer, by what came of the latest prompts for each. Used by one thread. */
final class TargetHealth {

    /** A target that has answered nobody for so long gives no hope that it would now. */
    private static final long FRESH = TimeUnit.MINUTES.toNanos(1);

    /** Between two retries at a target that fails, however many prompts wait for it. */
    private static final long PACE = TimeUnit.MILLISECONDS.toNanos(50);

    /** What is over sooner needs no waking: at first retries are that frequent. */
    private static final long OUTAGE = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, State> targets = new HashMap<>();

    private static final class State {
        private boolean answered;
        private boolean fails;
        private long answeredAt;
        private long failsSince;
        private long askedAt;
    }

    void asked(String target, long now) {
        state(target).askedAt = now;
    }

    /** @return whether an outage is over with it */
    boolean answered(String target, long now) {
        State state = state(target);
        boolean over = state.fails && now - state.failsSince >= OUTAGE;
        state.answered = true;
        state.fails = false;
        state.answeredAt = now;
        return over;
    }

    void failed(String target, long now) {
        State state = state(target);
        if (!state.fails) {
            state.fails = true;
            state.failsSince = now;
        }
    }

    private State state(String target) {
        return targets.computeIfAbsent(target, any -> new State());
    }

    /** Whether a prompt that waits for it may be tried now. */
    boolean mayTry(String target, long now) {
        State state = targets.get(target);
        return state == null || !state.fails || now - state.askedAt >= PACE;
    }

    boolean hasAnsweredSince(String target, long then) {
        State state = targets.get(target);
        return state != null && state.answered && state.answeredAt - then > 0;
    }

    /** Whether some fail, and no other has answered lately. */
    boolean allFail(long now) {
        boolean someFail = false;
        for (State state : targets.values()) {
            if (state.answered && !state.fails && now - state.answeredAt < FRESH) {
                return false;
            }
            someFail |= state.fails;
        }
        return someFail;
    }
}

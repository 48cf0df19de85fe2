package dev.echelon.component;

import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.Ask;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Requests that never reach the gateway's routes are counted and logged all the same; their tokens cost nothing. */
final class Unrouted {

    private Unrouted() {}

    /**
     * @param interrupted whether its stream had begun, if it failed
     * @param start from the gateway's ticker
     */
    static void ended(Gateway gateway, Ask ask, Target target, Outcome outcome, boolean interrupted, long start) {
        ModelFailure failure = failure(outcome.failure());
        RouteInfo route = outcome.route() == null
                ? new RouteInfo(target.name(), "", "", 0, gateway.generation().id(), "").withCache(ask.cache())
                : outcome.route();
        gateway.listener()
                .ended(new RequestListener.Ended(
                        ask.id(),
                        route,
                        ask.streamSink() != null,
                        failure,
                        failure != null && interrupted,
                        Duration.ofNanos(gateway.ticker().nanos() - start),
                        null,
                        null,
                        outcome.response() == null ? null : AnswerSize.of(outcome.response()),
                        trace(route.cache())));
    }

    @Nullable
    private static ModelFailure failure(@Nullable Exception thrown) {
        return thrown == null
                ? null
                : thrown instanceof ModelFailure told
                        ? told
                        : ModelFailure.of(FailureKind.UNAVAILABLE, "the request broke off unexpectedly");
    }

    private static DecisionTrace trace(CacheUse use) {
        DecisionTrace trace = new DecisionTrace();
        if (use.answered()) {
            trace.add(new DecisionTrace.Entry("cache", use.result().word(), null, 0, 0, 0));
        }
        return trace;
    }
}

package dev.echelon.store;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Usage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended, in a form that can be given to several.
 *
 * @param response {@code null} after a stream and after a failure
 * @param failure {@code null} when it was answered
 * @param route who answered, or was asked last; {@code null} when nobody was
 * @param usage tokens, as far as the provider told
 * @param outOfTime whether it failed only because the time of the caller who began it was over: another may have more
 */
public record Outcome(
        @Nullable ChatResponse response,
        @Nullable Exception failure,
        @Nullable RouteInfo route,
        @Nullable Usage usage,
        boolean outOfTime) {

    static Outcome failed(FailureKind kind, String message) {
        return new Outcome(null, ModelFailure.of(kind, message), null, null, false);
    }

    boolean isGood() {
        return failure == null;
    }

    /** About how many bytes it takes. */
    long size() {
        return response == null ? 0 : AnswerSize.of(response);
    }

    /** The same, told in another way. */
    Outcome routed(UnaryOperator<RouteInfo> change) {
        return new Outcome(response, failure, route == null ? null : change.apply(route), usage, outOfTime);
    }
}

package dev.echelon.store;

import dev.echelon.domain.AnswerPieces;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.RouteInfo;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer of a model.
 *
 * @param response as the model gave it; a streamed one put together
 * @param route who gave it
 */
public record CachedAnswer(ChatResponse response, RouteInfo route) {

    /** About how many bytes it takes. */
    long size() {
        return AnswerSize.of(response) + AnswerSize.of(route);
    }

    /**
     * For one who is given it.
     *
     * @param streamed whether he has taken its {@link #events} before
     */
    public Outcome outcome(Duration age, boolean streamed) {
        return new Outcome(
                streamed ? null : response, null, route.fromCache(CacheUse.hit(age)), response.usage(), false);
    }

    /** The same as events. */
    public List<ChatChunk> events() {
        return AnswerPieces.split(response);
    }

    /**
     * What may be kept of a request's answer: one that came to its own end in all its alternatives. One that was cut at a
     * limit of tokens or by a filter is not kept, nor one that does not say why it ended.
     *
     * @return {@code null} when it may not
     */
    static @Nullable CachedAnswer of(@Nullable ChatResponse response, @Nullable RouteInfo route) {
        return response == null || route == null || !response.choices().stream().allMatch(CachedAnswer::isWhole)
                ? null
                : new CachedAnswer(response, route.withCache(CacheUse.MISS));
    }

    private static boolean isWhole(ChatResponse.Choice choice) {
        String reason = choice.finishReason();
        return reason != null
                && switch (reason) {
                    case "stop", "tool_calls", "function_call" -> true;
                    default -> false;
                };
    }
}

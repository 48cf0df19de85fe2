package dev.echelon.route;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.Lane;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request as an edge hands it in.
 *
 * @param target any form of DESIGN section 1
 * @param sink where a streamed answer goes; without one the answer is plain
 * @param timeout the caller's own limit for the whole request, {@code null} when it gave none
 * @param id as the caller knows it, for logs and traces
 * @param lane how urgent it is
 * @param session requests of the same session go to the same instance while that is well, so that a provider's prompt
 *     cache is of use; {@code null} leaves the choice to the strategy
 * @param cache what the response cache has done for it so far
 */
public record Ask(
        ChatRequest request,
        String target,
        @Nullable AnswerSink sink,
        Cancellation cancellation,
        @Nullable Duration timeout,
        String id,
        Lane lane,
        @Nullable String session,
        CacheUse cache) {

    /** One that the response cache has nothing to do with. */
    public Ask(
            ChatRequest request,
            String target,
            @Nullable AnswerSink sink,
            Cancellation cancellation,
            @Nullable Duration timeout,
            String id,
            Lane lane,
            @Nullable String session) {
        this(request, target, sink, cancellation, timeout, id, lane, session, CacheUse.BYPASS);
    }

    /** A plain request of nobody in particular, without a limit of its own. */
    public static Ask plain(ChatRequest request, String target, Cancellation cancellation) {
        return new Ask(
                request, target, null, cancellation, null, UUID.randomUUID().toString(), Lane.INTERACTIVE, null);
    }

    /** The same for a call that several wait for. */
    public Ask shared(@Nullable AnswerSink newSink, Cancellation newCancellation, Duration newTimeout) {
        return new Ask(request, target, newSink, newCancellation, newTimeout, id, lane, session, cache);
    }

    public Ask withCache(CacheUse use) {
        return new Ask(request, target, sink, cancellation, timeout, id, lane, session, use);
    }

    /** Where the events of a streamed answer go; {@code null} for a plain one. */
    @Nullable
    public AnswerSink streamSink() {
        return request.stream() ? sink : null;
    }
}

package dev.echelon.route;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request as an edge hands it in.
 *
 * @param target any form of DESIGN section 1
 * @param sink where a streamed answer goes; without one the answer is plain
 * @param timeout the caller's own limit for the whole request, {@code null} when it gave none
 */
public record Ask(
        ChatRequest request,
        String target,
        @Nullable AnswerSink sink,
        Cancellation cancellation,
        @Nullable Duration timeout) {}

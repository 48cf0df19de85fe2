package dev.echelon.store;

import dev.echelon.domain.Lane;
import java.time.Duration;

/**
 * What a request wants of the {@link ResponseCache}.
 *
 * @param streamed whether the answer is to come as events
 * @param lane an answer under way is shared within a lane only: who is urgent does not stand behind with batch
 * @param maxAge of an answer that it would take; zero for none but a new one
 * @param ttl of the answer that it brings
 */
public record CacheQuery(AnswerKey key, boolean streamed, Lane lane, Duration maxAge, Duration ttl) {

    /** Whether only a new answer will do. */
    public boolean wantsNew() {
        return maxAge.isZero();
    }

    /** What two requests must have in common, besides the key, to share an answer that is under way. */
    String form() {
        return (streamed ? "stream " : "plain ") + lane.word();
    }
}

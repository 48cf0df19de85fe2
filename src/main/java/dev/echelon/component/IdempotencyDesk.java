package dev.echelon.component;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.store.AnswerKey;
import dev.echelon.store.Fingerprint;
import dev.echelon.store.Flight;
import dev.echelon.store.IdempotencyStore;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Requests with an idempotency key are the same when tenant, target and key are; another content, or the same as a stream,
 * is a 409. What fails, fails for all that wait and is not kept: the next request with the key is a new try. Only who has
 * more time than the one whose time was over tries again.
 */
final class IdempotencyDesk implements Desk {

    private static final int MAX_KEY = 255;

    private final IdempotencyStore store;
    private final AnswerKey key;
    private final String fingerprint;

    IdempotencyDesk(IdempotencyStore store, AnswerKey key, Ask ask) {
        this.store = store;
        this.key = key;
        this.fingerprint = Fingerprint.of(ask.request(), ask.streamSink() != null);
    }

    /**
     * The key of a message, {@code null} when it has none.
     *
     * @throws ModelFailure 400 unless it is 1 to 255 visible ASCII characters
     */
    @Nullable
    static String key(Message message) throws ModelFailure {
        Object header = message.getHeader(LlmConstants.IDEMPOTENCY_KEY);
        if (header == null) {
            return null;
        }
        String key = message.getHeader(LlmConstants.IDEMPOTENCY_KEY, String.class);
        if (key == null
                || key.isEmpty()
                || key.length() > MAX_KEY
                || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw ModelFailure.of(
                            FailureKind.INVALID_REQUEST,
                            "the idempotency key must be 1 to " + MAX_KEY + " visible ASCII characters")
                    .withCode("invalid_idempotency_key")
                    .withParam("Idempotency-Key");
        }
        return key;
    }

    @Override
    @Nullable
    public Flight enter(Scheduler scheduler, Passenger passenger, @Nullable Outcome failed) throws ModelFailure {
        return store.enter(key, fingerprint, scheduler, passenger);
    }

    @Override
    public boolean triesAgain(Outcome failed) {
        return failed.outOfTime();
    }

    @Override
    public RouteInfo secondHand(RouteInfo route) {
        return route.asReplay();
    }
}

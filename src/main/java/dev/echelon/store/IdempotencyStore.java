package dev.echelon.store;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one request of all that carry the same idempotency key, as {@link Flights} does. Good answers are kept, plain and streamed, for the
 * time to live, as long as they are not pushed out by newer ones; failures are not: after one a key is free again.
 * In memory, for this process alone. Thread-safe; nothing blocks.
 */
public final class IdempotencyStore {

    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyStore.class);

    private final Flights flights;
    private final KeptAnswers kept;

    public IdempotencyStore(Bounds bounds, Ticker ticker) {
        this.flights = new Flights(bounds.maxBytes(), bounds.maxAnswerBytes());
        this.kept = new KeptAnswers(bounds, ticker);
    }

    /**
     * @param ttl how long an answer is kept
     * @param maxEntries how many are kept
     * @param maxBytes what they may take together; answers under way may take as much again
     * @param maxAnswerBytes what one may take; a larger one goes out all the same but is not kept
     */
    public record Bounds(Duration ttl, int maxEntries, long maxBytes, long maxAnswerBytes) {}

    /**
     * Takes a passenger aboard the flight under way or gives him what is kept; or makes him the first of a new flight.
     *
     * @param fingerprint of the request
     * @return the new flight, which the caller must begin, and {@link Flight#land} in any case; {@code null} when there is
     *     nothing to do but to wait
     * @throws ModelFailure 409 when the key belongs to a request with another fingerprint, or to one whose answer is under
     *     way and already too large to be given to another
     */
    public @Nullable Flight enter(AnswerKey key, String fingerprint, Scheduler scheduler, Passenger passenger)
            throws ModelFailure {
        Flights.Boarding boarding =
                flights.board(key, fingerprint, scheduler, passenger, () -> kept.find(key), this::keep);
        if (boarding instanceof Flights.Boarding.Leads leads) {
            return leads.flight();
        }
        if (boarding instanceof Flights.Boarding.Differs) {
            throw conflict("idempotency_key_reused", "this idempotency key belongs to a request with another content");
        }
        if (boarding instanceof Flights.Boarding.TooLarge) {
            throw conflict(
                    "idempotency_key_in_use",
                    "a request with this idempotency key is under way, and its answer is too large to be shared");
        }
        return null;
    }

    private static ModelFailure conflict(String code, String message) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, message)
                .withStatus(409)
                .withCode(code)
                .withParam("Idempotency-Key");
    }

    /** Keys whose request is under way. */
    public int underWay() {
        return flights.underWay();
    }

    /** Answers that are kept. */
    public int kept() {
        return kept.count();
    }

    /** About how many bytes they take. */
    public long keptBytes() {
        return kept.size();
    }

    /** About how many bytes are recorded of answers under way. */
    public long recordingBytes() {
        return flights.recordingBytes();
    }

    /** @param share of its bounds that may be used from now on, 0 to 1; what is beyond goes at once, the oldest first */
    public void hold(double share) {
        kept.hold(share);
    }

    private void keep(Flight flight, Outcome outcome) {
        long size = flight.recording().size() + outcome.size() + AnswerSize.of(flight.key());
        if (flight.recording().isWhole() && flights.isSmall(size)) {
            kept.put(flight.key(), flight.form(), flight.recording(), size);
        } else {
            LOG.debug(
                    "an answer of {} is not kept for its idempotency key: it is too large, or others take all room",
                    flight.key().target());
        }
    }
}

package dev.echelon.store;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one request of all that carry the same idempotency key: the first is a {@link Flight}, those who come while it is
 * under way get aboard, and those who come later read what was kept. Good answers are kept, plain and streamed, for the
 * time to live, as long as they are not pushed out by newer ones; failures are not: after one a key is free again.
 * In memory, for this process alone. Thread-safe; nothing blocks.
 */
public final class IdempotencyStore {

    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyStore.class);

    private final ConcurrentMap<IdempotencyKey, Flight> underWay = new ConcurrentHashMap<>();
    private final KeptAnswers kept;
    private final ByteBudget recording;
    private final long mostOfOne;

    public IdempotencyStore(Bounds bounds, Ticker ticker) {
        this.kept = new KeptAnswers(bounds, ticker);
        this.recording = new ByteBudget(bounds.maxBytes());
        this.mostOfOne = bounds.maxAnswerBytes();
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
    public @Nullable Flight enter(IdempotencyKey key, String fingerprint, Scheduler scheduler, Passenger passenger)
            throws ModelFailure {
        Desk desk = new Desk(fingerprint, scheduler, passenger);
        underWay.compute(key, desk::look);
        if (desk.refusal != null) {
            throw desk.refusal;
        }
        return desk.begun;
    }

    /** Keys whose request is under way. */
    public int underWay() {
        return underWay.size();
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
        return recording.held();
    }

    void landed(Flight flight, Outcome outcome) {
        underWay.computeIfPresent(flight.key(), (key, current) -> {
            if (current != flight) {
                return current;
            }
            if (outcome.isGood()) {
                keep(flight, outcome);
            }
            return null;
        });
    }

    void abandoned(Flight flight) {
        underWay.remove(flight.key(), flight);
    }

    private void keep(Flight flight, Outcome outcome) {
        long size = flight.recording().size() + outcome.size() + AnswerSize.of(flight.key());
        if (flight.recording().isWhole() && size <= mostOfOne) {
            kept.put(flight.key(), flight.fingerprint(), flight.recording(), size);
        } else {
            LOG.debug(
                    "an answer of {} is not kept for its idempotency key: it is larger than {} bytes, or others take all room",
                    flight.key().target(),
                    mostOfOne);
        }
    }

    /** One look at a key, while nobody else can change what is known of it. */
    private final class Desk {

        private final String fingerprint;
        private final Scheduler scheduler;
        private final Passenger passenger;

        @Nullable
        private ModelFailure refusal;

        @Nullable
        private Flight begun;

        Desk(String fingerprint, Scheduler scheduler, Passenger passenger) {
            this.fingerprint = fingerprint;
            this.scheduler = scheduler;
            this.passenger = passenger;
        }

        @Nullable
        Flight look(IdempotencyKey key, @Nullable Flight flight) {
            if (flight != null && !flight.isOver()) {
                refusal = flight.fingerprint().equals(fingerprint) ? null : reused();
                if (refusal == null && !flight.recording().isWhole()) {
                    refusal = inUse();
                }
                if (refusal != null || flight.board(passenger)) {
                    return flight;
                }
            }
            KeptAnswers.Found found = kept.find(key);
            if (found == null) {
                begun = new Flight(
                        IdempotencyStore.this, key, fingerprint, new Recording(mostOfOne, recording), scheduler);
                begun.boardFirst(passenger);
            } else if (found.fingerprint().equals(fingerprint)) {
                passenger.replay(found.answer());
            } else {
                refusal = reused();
            }
            return begun;
        }

        private static ModelFailure reused() {
            return conflict("idempotency_key_reused", "this idempotency key belongs to a request with another content");
        }

        private static ModelFailure inUse() {
            return conflict(
                    "idempotency_key_in_use",
                    "a request with this idempotency key is under way, and its answer is too large to be shared");
        }

        private static ModelFailure conflict(String code, String message) {
            return ModelFailure.of(FailureKind.INVALID_REQUEST, message)
                    .withStatus(409)
                    .withCode(code)
                    .withParam("Idempotency-Key");
        }
    }
}

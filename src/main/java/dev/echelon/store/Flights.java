package dev.echelon.store;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.Scheduler;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one call of all that ask for the same: the first is a {@link Flight}, those who come while it is under way get
 * aboard, those who come later get what was kept of it. What is kept, and for whom, is its owner's matter. Thread-safe;
 * nothing blocks.
 */
final class Flights {

    private final ConcurrentMap<AnswerKey, Flight> underWay = new ConcurrentHashMap<>();
    private final ByteBudget recording;
    private final long mostOfOne;

    /**
     * @param maxBytes that all answers under way may take together
     * @param mostOfOne bytes of an answer that can be shared and kept
     */
    Flights(long maxBytes, long mostOfOne) {
        this.recording = new ByteBudget(maxBytes);
        this.mostOfOne = mostOfOne;
    }

    /** What becomes of one who wants to get aboard. */
    sealed interface Boarding {

        /** The first: the call is his to begin, and {@link Flight#land} his to call in any case. */
        record Leads(Flight flight) implements Boarding {}

        /** There is nothing to do but to wait. */
        record Waits() implements Boarding {}

        /** What is under way or kept with this key is of another form. */
        record Differs() implements Boarding {}

        /** What is under way is already too large to be given to another. */
        record TooLarge() implements Boarding {}
    }

    /** An answer that was kept, and the form of the request it was made for. */
    record Kept(String form, Recording answer) {}

    /**
     * @param form what two requests must have in common, besides the key, to share an answer
     * @param kept looks for one; asked while nobody else can begin with the key
     * @param keep what is to be done with a good answer; done before the key is free again
     */
    Boarding board(
            AnswerKey key,
            String form,
            Scheduler scheduler,
            Passenger passenger,
            Supplier<@Nullable Kept> kept,
            BiConsumer<Flight, Outcome> keep) {
        Desk desk = new Desk(form, scheduler, passenger, kept, keep);
        underWay.compute(key, desk::look);
        return desk.verdict;
    }

    /** A flight that nobody else can get aboard. */
    Flight alone(
            AnswerKey key, String form, Scheduler scheduler, Passenger passenger, BiConsumer<Flight, Outcome> keep) {
        Flight flight = new Flight(this, key, form, new Recording(mostOfOne, recording), scheduler, keep);
        flight.boardFirst(passenger);
        return flight;
    }

    /** Keys whose request is under way. */
    int underWay() {
        return underWay.size();
    }

    /** About how many bytes are recorded of answers under way. */
    long recordingBytes() {
        return recording.held();
    }

    /** Whether an answer of that size may be kept. */
    boolean isSmall(long bytes) {
        return bytes <= mostOfOne;
    }

    void landed(Flight flight, Outcome outcome) {
        if (outcome.isGood() && !flight.isOver()) {
            flight.keep(outcome);
        }
        underWay.remove(flight.key(), flight);
    }

    void abandoned(Flight flight) {
        underWay.remove(flight.key(), flight);
    }

    /** One look at a key, while nobody else can change what is known of it. */
    private final class Desk {

        private final String form;
        private final Scheduler scheduler;
        private final Passenger passenger;
        private final Supplier<@Nullable Kept> kept;
        private final BiConsumer<Flight, Outcome> keep;
        private Boarding verdict = new Boarding.Waits();

        Desk(
                String form,
                Scheduler scheduler,
                Passenger passenger,
                Supplier<@Nullable Kept> kept,
                BiConsumer<Flight, Outcome> keep) {
            this.form = form;
            this.scheduler = scheduler;
            this.passenger = passenger;
            this.kept = kept;
            this.keep = keep;
        }

        @Nullable
        Flight look(AnswerKey key, @Nullable Flight flight) {
            if (flight != null && !flight.isOver()) {
                if (!flight.form().equals(form)) {
                    verdict = new Boarding.Differs();
                } else if (!flight.recording().isWhole()) {
                    verdict = new Boarding.TooLarge();
                }
                if (!(verdict instanceof Boarding.Waits) || flight.board(passenger)) {
                    return flight;
                }
            }
            Kept found = kept.get();
            if (found == null) {
                Flight begun = alone(key, form, scheduler, passenger, keep);
                verdict = new Boarding.Leads(begun);
                return begun;
            }
            if (found.form().equals(form)) {
                passenger.replay(found.answer());
            } else {
                verdict = new Boarding.Differs();
            }
            return null;
        }
    }
}

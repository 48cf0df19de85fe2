package dev.echelon.component;

import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.store.Flight;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import org.jspecify.annotations.Nullable;

/** Where a request finds out whether it shares another's answer, and by which rules. */
interface Desk {

    /**
     * @param failed how the flight ended that it was aboard; {@code null} at first
     * @return a flight of its own to begin, or {@code null} when it is to wait
     * @throws ModelFailure when it can have neither
     */
    @Nullable
    Flight enter(Scheduler scheduler, Passenger passenger, @Nullable Outcome failed) throws ModelFailure;

    /** Whether one who waited and hears of this end has still a try of his own, if he has the time. */
    boolean triesAgain(Outcome failed);

    /** What one is told who gets another's answer. */
    RouteInfo secondHand(RouteInfo route);
}

package dev.echelon.domain;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Picks one of a tier's candidates. One object a tier; thread-safe. To add one: implement this, name it in {@link
 * Strategies}.
 */
public interface Strategy {

    /**
     * The next candidate that passes, or {@code null} when none does. Asks about as few candidates as it can: a tier may
     * have thousands.
     *
     * @param again whether this request already asked someone: its first choice alone takes a turn
     * @param eligible whether a candidate may be picked now; constant within one call
     * @param inFlight attempts running on a candidate's instance
     */
    Plan.@Nullable Candidate pick(
            List<Plan.Candidate> candidates,
            boolean again,
            Predicate<Plan.Candidate> eligible,
            ToIntFunction<Plan.Candidate> inFlight);

    /** What a candidate weighs beside the others, where requests are spread by their session and not by turns. */
    default double weight(Plan.Candidate candidate) {
        return 1;
    }
}

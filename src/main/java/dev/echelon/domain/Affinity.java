package dev.echelon.domain;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session on its instance, so that the provider's prompt cache is of use: weighted rendezvous hashing. Nothing is
 * remembered; when an instance fails only its own sessions move, and they come back when it is well again.
 */
final class Affinity {

    private Affinity() {}

    /** The candidate the session belongs to, among those that may be picked now. */
    static Plan.@Nullable Candidate pick(Plan.Tier tier, String session, Predicate<Plan.Candidate> eligible) {
        Plan.Candidate best = null;
        double highest = -1;
        for (Plan.Candidate candidate : tier.candidates()) {
            if (!eligible.test(candidate)) {
                continue;
            }
            double score = score(session, candidate, tier.strategy().weight(candidate));
            if (score > highest) {
                best = candidate;
                highest = score;
            }
        }
        return best;
    }

    /** From 0 to 1, the same for the same session and instance in every process. */
    static double draw(String session, Instance instance) {
        return Hash.toUnit(Hash.of(session) ^ Long.rotateLeft(Hash.of(instance.id()), 32));
    }

    /** The highest of {@code -weight / ln(draw)} falls to each in proportion to its weight. */
    private static double score(String session, Plan.Candidate candidate, double weight) {
        double draw = Math.max(draw(session, candidate.instance()), Double.MIN_NORMAL);
        return weight / -Math.log(draw);
    }
}

package dev.echelon.domain;

import java.util.List;

/**
 * Where a request to one target may go, worked out once a generation. Immutable but for the counters inside the
 * strategies.
 *
 * @param target as in headers and logs: {@code fast_pool}
 * @param tiers in the order they are walked; those of fallback pools follow the pool's own
 */
public record Plan(String target, List<Tier> tiers) {

    public Plan {
        tiers = List.copyOf(tiers);
    }

    /** All candidates of all tiers. */
    int size() {
        int size = 0;
        for (Tier tier : tiers) {
            size += tier.candidates().size();
        }
        return size;
    }

    /**
     * Candidates of equal rank.
     *
     * @param owner the pool or group whose rules hold here; a fallback pool owns its own tiers
     * @param name the echelon, or the pool when all its echelons are one tier
     * @param maxInstanceAttempts visits to one instance in one request
     */
    public record Tier(
            String owner, String name, List<Candidate> candidates, Strategy strategy, int maxInstanceAttempts) {

        public Tier {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * An instance and the way to it.
     *
     * @param path names of the routes from the target's own to the instance's: {@code group:fast_group},
     *     {@code echelon:fast_group.echelon1}, {@code instance:fast_group.echelon1/openai:gpt-4o}
     */
    public record Candidate(Instance instance, List<String> path) {

        public Candidate {
            path = List.copyOf(path);
        }
    }
}

package dev.echelon.domain;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a request to one target may go, worked out once a generation. Immutable but for the counters inside the
 * strategies.
 */
public final class Plan {

    private final String target;
    private final List<Tier> tiers;
    private final List<Candidate> candidates;
    private final Set<String> dialects;

    /**
     * @param target as in headers and logs: {@code fast_pool}
     * @param tiers in the order they are walked; those of fallback pools follow the pool's own
     */
    public Plan(String target, List<Tier> tiers) {
        this.target = target;
        this.tiers = List.copyOf(tiers);
        this.candidates =
                tiers.stream().flatMap(tier -> tier.candidates().stream()).toList();
        this.dialects = candidates.stream()
                .map(candidate -> candidate.instance().dialect())
                .collect(Collectors.toUnmodifiableSet());
    }

    public String target() {
        return target;
    }

    public List<Tier> tiers() {
        return tiers;
    }

    /** Those of all tiers, in their order; there may be thousands. */
    public List<Candidate> candidates() {
        return candidates;
    }

    /** Those that one or the other of its instances speaks. */
    public Set<String> dialects() {
        return dialects;
    }

    /** Candidates of equal rank. */
    public static final class Tier {

        private final String owner;
        private final String name;
        private final List<Candidate> candidates;
        private final Strategy strategy;
        private final int maxInstanceAttempts;
        private final Affinity affinity;

        /**
         * @param owner the pool or group whose rules hold here; a fallback pool owns its own tiers
         * @param name the echelon, or the pool when all its echelons are one tier
         * @param maxInstanceAttempts visits to one instance in one request
         */
        public Tier(String owner, String name, List<Candidate> candidates, Strategy strategy, int maxInstanceAttempts) {
            this.owner = owner;
            this.name = name;
            this.candidates = List.copyOf(candidates);
            this.strategy = strategy;
            this.maxInstanceAttempts = maxInstanceAttempts;
            this.affinity = new Affinity(this.candidates, strategy);
        }

        public String owner() {
            return owner;
        }

        public String name() {
            return name;
        }

        public List<Candidate> candidates() {
            return candidates;
        }

        public Strategy strategy() {
            return strategy;
        }

        public int maxInstanceAttempts() {
            return maxInstanceAttempts;
        }

        /** Which of the candidates a session belongs to. */
        Affinity affinity() {
            return affinity;
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

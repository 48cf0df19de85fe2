package dev.echelon.domain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The built-in strategies. */
public final class Strategies {

    private Strategies() {}

    /** Each in turn; one that may not be picked gives its turn to the next. */
    public static Strategy roundRobin() {
        return new RoundRobin();
    }

    /**
     * Any, evenly.
     *
     * @param random non-negative numbers
     */
    public static Strategy random(IntSupplier random) {
        return new RandomPick(random);
    }

    /** The one with the fewest attempts in flight, ties in turn; in a large tier, of the 64 from whose turn it is on. */
    public static Strategy leastConnections() {
        return new LeastConnections();
    }

    /**
     * By weight, smoothly interleaved.
     *
     * @param shares which candidates share which weight; candidates of no share are never picked
     */
    public static Strategy weighted(List<Share> shares) {
        return new Weighted(shares);
    }

    /**
     * A weight and those who share it out among themselves, as far as they are eligible.
     *
     * @param weight 0 is picked only when nothing heavier is left
     */
    public record Share(int weight, List<Plan.Candidate> members) {

        public Share {
            members = List.copyOf(members);
        }
    }

    private static final class RoundRobin implements Strategy {

        private final Turn turn = new Turn();

        @Override
        public Plan.@Nullable Candidate pick(
                List<Plan.Candidate> candidates,
                boolean again,
                Predicate<Plan.Candidate> eligible,
                ToIntFunction<Plan.Candidate> inFlight) {
            return again ? turn.peek(candidates, eligible) : turn.take(candidates, eligible);
        }
    }

    private static final class RandomPick implements Strategy {

        private static final int TRIES = 16;

        private final IntSupplier random;

        RandomPick(IntSupplier random) {
            this.random = random;
        }

        @Override
        public Plan.@Nullable Candidate pick(
                List<Plan.Candidate> candidates,
                boolean again,
                Predicate<Plan.Candidate> eligible,
                ToIntFunction<Plan.Candidate> inFlight) {
            if (candidates.isEmpty()) {
                return null;
            }
            for (int tries = 0; tries < TRIES; tries++) {
                Plan.Candidate candidate = candidates.get(Math.floorMod(random.getAsInt(), candidates.size()));
                if (eligible.test(candidate)) {
                    return candidate;
                }
            }
            // many are out: choose among the living, so that a dead one's neighbour is not favoured
            List<Plan.Candidate> living = candidates.stream().filter(eligible).toList();
            return living.isEmpty() ? null : living.get(Math.floorMod(random.getAsInt(), living.size()));
        }
    }

    private static final class LeastConnections implements Strategy {

        private static final int COMPARED = 64;

        private final AtomicInteger turn = new AtomicInteger();

        @Override
        public Plan.@Nullable Candidate pick(
                List<Plan.Candidate> candidates,
                boolean again,
                Predicate<Plan.Candidate> eligible,
                ToIntFunction<Plan.Candidate> inFlight) {
            int start = again ? turn.get() : turn.getAndIncrement();
            Plan.Candidate best = null;
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < candidates.size() && least > 0 && (i < COMPARED || best == null); i++) {
                Plan.Candidate candidate = candidates.get(Math.floorMod(start + i, candidates.size()));
                int busy = inFlight.applyAsInt(candidate);
                if (busy < least && eligible.test(candidate)) {
                    best = candidate;
                    least = busy;
                }
            }
            return best;
        }
    }

    /**
     * Smooth weighted round robin over the shares, plain round robin within a share. Among many shares a point is drawn
     * instead, on a line on which each is as long as its weight: multiples of the golden ratio, modulo the whole, come
     * about as evenly as turns do. The turns are for when so many are out that points meet nobody.
     */
    private static final class Weighted implements Strategy {

        private static final int MANY = 64;
        private static final int TRIES = 16;
        private static final long GOLDEN = 0x9e3779b97f4a7c15L;

        private final List<Share> shares;
        private final List<Turn> turns = new ArrayList<>();
        private final Map<String, Double> weights = new HashMap<>();
        private final Cell<long[]> credits;
        private final long[] ends;
        private final AtomicLong points = new AtomicLong();

        Weighted(List<Share> shares) {
            this.shares = List.copyOf(shares);
            for (Share share : shares) {
                turns.add(new Turn());
                double each = (double) share.weight() / share.members().size();
                share.members().forEach(member -> weights.put(member.instance().id(), each));
            }
            this.credits = new Cell<>(new long[shares.size()]);
            this.ends = shares.stream().mapToLong(Share::weight).toArray();
            Arrays.parallelPrefix(ends, Long::sum);
        }

        @Override
        public Plan.@Nullable Candidate pick(
                List<Plan.Candidate> candidates,
                boolean again,
                Predicate<Plan.Candidate> eligible,
                ToIntFunction<Plan.Candidate> inFlight) {
            Plan.Candidate drawn = shares.size() > MANY ? draw(eligible) : null;
            return drawn != null ? drawn : inTurn(eligible);
        }

        private Plan.@Nullable Candidate draw(Predicate<Plan.Candidate> eligible) {
            long whole = ends[ends.length - 1];
            for (int tries = 0; tries < TRIES && whole > 0; tries++) {
                double fraction = ((points.getAndIncrement() * GOLDEN) >>> 11) * 0x1.0p-53;
                int found = Arrays.binarySearch(ends, (long) (fraction * whole) + 1);
                int share = found < 0 ? -found - 1 : found;
                while (shares.get(share).weight() == 0) {
                    share--;
                }
                Plan.Candidate candidate =
                        turns.get(share).take(shares.get(share).members(), eligible);
                if (candidate != null) {
                    return candidate;
                }
            }
            return null;
        }

        private Plan.@Nullable Candidate inTurn(Predicate<Plan.Candidate> eligible) {
            Plan.Candidate[] offers = new Plan.Candidate[shares.size()];
            long total = 0;
            int first = -1;
            for (int i = 0; i < offers.length; i++) {
                offers[i] = turns.get(i).peek(shares.get(i).members(), eligible);
                if (offers[i] != null) {
                    total += shares.get(i).weight();
                    first = first < 0 ? i : first;
                }
            }
            if (first < 0) {
                return null;
            }
            int winner = total == 0 ? first : spend(offers, total);
            Plan.Candidate taken = turns.get(winner).take(shares.get(winner).members(), eligible);
            return taken == null ? offers[winner] : taken;
        }

        @Override
        public double weight(Plan.Candidate candidate) {
            return weights.getOrDefault(candidate.instance().id(), 0.0);
        }

        /** Every share on offer earns its weight; the richest wins and pays the total. */
        private int spend(Plan.@Nullable Candidate[] offers, long total) {
            while (true) {
                long[] before = credits.get();
                long[] after = before.clone();
                int winner = -1;
                for (int i = 0; i < after.length; i++) {
                    int weight = shares.get(i).weight();
                    if (offers[i] == null || weight == 0) {
                        continue;
                    }
                    after[i] += weight;
                    if (winner < 0 || after[i] > after[winner]) {
                        winner = i;
                    }
                }
                after[winner] -= total;
                if (credits.swap(before, after)) {
                    return winner;
                }
            }
        }
    }

    /**
     * Whose turn it is. The turn passes on behind whoever took it, so that those who are left out give theirs to all
     * others alike.
     */
    private static final class Turn {

        private final AtomicInteger next = new AtomicInteger();

        Plan.@Nullable Candidate peek(List<Plan.Candidate> candidates, Predicate<Plan.Candidate> eligible) {
            int at = firstFrom(next.get(), candidates, eligible);
            return at < 0 ? null : candidates.get(at);
        }

        Plan.@Nullable Candidate take(List<Plan.Candidate> candidates, Predicate<Plan.Candidate> eligible) {
            while (true) {
                int seen = next.get();
                int at = firstFrom(seen, candidates, eligible);
                if (at < 0) {
                    return null;
                }
                if (next.compareAndSet(seen, (at + 1) % candidates.size())) {
                    return candidates.get(at);
                }
            }
        }

        private static int firstFrom(int start, List<Plan.Candidate> candidates, Predicate<Plan.Candidate> eligible) {
            for (int i = 0; i < candidates.size(); i++) {
                int at = (start + i) % candidates.size();
                if (eligible.test(candidates.get(at))) {
                    return at;
                }
            }
            return -1;
        }
    }
}

package dev.echelon.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session on its instance, so that the provider's prompt cache is of use: weighted rendezvous hashing. Nothing is
 * remembered; when an instance fails only its own sessions move, and they come back when it is well again.
 *
 * <p>The candidates of a large tier are split, by the hash of their ids, into about as many buckets as each bucket has
 * members. A session first draws a bucket, by the weight of all of its members, and then a member: so it looks at twice
 * the root of the candidates. One of a failed instance's sessions stays in its bucket while anyone there is well.
 */
final class Affinity {

    private static final int MOST_IN_ONE = 64;
    /** For candidates that count only when nobody else is left. */
    private static final int LAST = -1;

    private final List<Bucket> buckets;

    private record Member(Plan.Candidate candidate, long hash, double weight) {}

    private record Bucket(long hash, double weight, List<Member> members) {}

    Affinity(List<Plan.Candidate> candidates, Strategy strategy) {
        int count = candidates.size() <= MOST_IN_ONE ? 1 : Integer.highestOneBit((int) Math.sqrt(candidates.size()));
        TreeMap<Integer, List<Member>> members = new TreeMap<>();
        for (Plan.Candidate candidate : candidates) {
            long hash = Hash.of(candidate.instance().id());
            double weight = strategy.weight(candidate);
            int bucket = count == 1 ? 0 : weight == 0 ? LAST : (int) (Hash.toUnit(hash) * count);
            members.computeIfAbsent(bucket, it -> new ArrayList<>()).add(new Member(candidate, hash, weight));
        }
        this.buckets = members.entrySet().stream()
                .map(it -> new Bucket(
                        Hash.of("bucket " + it.getKey()),
                        it.getValue().stream().mapToDouble(Member::weight).sum(),
                        List.copyOf(it.getValue())))
                .toList();
    }

    /** The candidate the session belongs to, among those that may be picked now. */
    Plan.@Nullable Candidate pick(String session, Predicate<Plan.Candidate> eligible) {
        long hash = Hash.of(session);
        if (buckets.size() == 1) {
            return pick(hash, buckets.get(0), eligible);
        }
        double[] scores = new double[buckets.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(hash, buckets.get(i).hash(), buckets.get(i).weight());
        }
        for (int tries = 0; tries < scores.length; tries++) {
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
            Plan.Candidate candidate = pick(hash, buckets.get(best), eligible);
            if (candidate != null) {
                return candidate;
            }
            scores[best] = -1;
        }
        return null;
    }

    private static Plan.@Nullable Candidate pick(long session, Bucket bucket, Predicate<Plan.Candidate> eligible) {
        Plan.Candidate best = null;
        double highest = -1;
        for (Member member : bucket.members()) {
            if (!eligible.test(member.candidate())) {
                continue;
            }
            double score = score(session, member.hash(), member.weight());
            if (score > highest) {
                best = member.candidate();
                highest = score;
            }
        }
        return best;
    }

    /** From 0 to 1, the same for the same session and instance in every process. */
    static double draw(String session, Instance instance) {
        return draw(Hash.of(session), Hash.of(instance.id()));
    }

    private static double draw(long session, long other) {
        return Hash.toUnit(session ^ Long.rotateLeft(other, 32));
    }

    /** The highest of {@code -weight / ln(draw)} falls to each in proportion to its weight. */
    private static double score(long session, long other, double weight) {
        double draw = Math.max(draw(session, other), Double.MIN_NORMAL);
        return weight / -Math.log(draw);
    }
}

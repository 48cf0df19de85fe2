package dev.echelon.domain;

import static dev.echelon.domain.StrategiesTest.candidates;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Strategies.Share;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tiers of thousands: as fair as small ones, without a look at each candidate. */
class LargeTierTest {

    private static final int SIZE = 2_000;

    private final List<Plan.Candidate> all = candidates(SIZE);
    private final Map<Plan.Candidate, Integer> place = new HashMap<>();
    private int asked;

    LargeTierTest() {
        for (int i = 0; i < SIZE; i++) {
            place.put(all.get(i), i);
        }
    }

    private int placeOf(Plan.Candidate candidate) {
        return Objects.requireNonNull(place.get(candidate));
    }

    private Predicate<Plan.Candidate> counting(Predicate<Plan.Candidate> eligible) {
        return it -> {
            asked++;
            return eligible.test(it);
        };
    }

    /** One share a candidate; every fifth weighs as much as its place modulo 5, and so 0. */
    private Strategy weighted() {
        return Strategies.weighted(IntStream.range(0, SIZE)
                .mapToObj(i -> new Share(i % 5, List.of(all.get(i))))
                .toList());
    }

    private int[] picks(Strategy strategy, Predicate<Plan.Candidate> eligible, int count) {
        int[] picks = new int[SIZE];
        for (int i = 0; i < count; i++) {
            picks[placeOf(Objects.requireNonNull(strategy.pick(all, false, counting(eligible), it -> 0)))]++;
        }
        return picks;
    }

    @Test
    void everyStrategyAsksAFewOnly() {
        Random random = new Random(1);
        for (Strategy strategy : List.of(
                Strategies.roundRobin(),
                Strategies.random(random::nextInt),
                Strategies.leastConnections(),
                weighted())) {
            asked = 0;
            picks(strategy, it -> placeOf(it) % 4 != 0, 10_000);

            assertThat(asked / 10_000.0).as("%s", strategy.getClass()).isLessThan(4);
        }
    }

    @Test
    void weightsHoldWithinAFewPicks() {
        int rounds = 30;
        int[] picks = picks(weighted(), it -> true, rounds * (0 + 1 + 2 + 3 + 4) * SIZE / 5 / 3);

        for (int i = 0; i < SIZE; i++) {
            double expected = i % 5 * rounds / 3.0;
            assertThat((double) picks[i]).isBetween(expected - 4, expected == 0 ? 0 : expected + 4);
        }
    }

    @Test
    void weightsHoldAmongThoseWhoAreLeft() {
        int[] picks = picks(weighted(), it -> placeOf(it) % 2 == 0, 100_000);
        int[] byWeight = new int[5];
        for (int i = 0; i < SIZE; i++) {
            assertThat(i % 2 == 0 || picks[i] == 0).isTrue();
            byWeight[i % 5] += picks[i];
        }

        for (int weight = 0; weight < 5; weight++) {
            assertThat((double) byWeight[weight]).isBetween(weight * 9_800.0, weight * 10_200.0);
        }
    }

    @Test
    void theLastOneLeftIsFoundWhateverItWeighs() {
        for (int last : new int[] {3, 5, 1_999}) {
            assertThat(picks(weighted(), it -> placeOf(it) == last, 5)[last]).isEqualTo(5);
            assertThat(picks(Strategies.leastConnections(), it -> placeOf(it) == last, 5)[last])
                    .isEqualTo(5);
        }
        assertThat(weighted().pick(all, false, it -> false, it -> 0)).isNull();
    }

    @Test
    void leastConnectionsEvensOut() {
        int[] busy = new int[SIZE];
        Strategy strategy = Strategies.leastConnections();
        Random random = new Random(2);
        List<Integer> running = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            int picked =
                    placeOf(Objects.requireNonNull(strategy.pick(all, false, it -> true, it -> busy[placeOf(it)])));
            busy[picked]++;
            running.add(picked);
            if (running.size() > 5 * SIZE) {
                int over = random.nextInt(running.size());
                busy[running.get(over)]--;
                running.set(over, running.get(running.size() - 1));
                running.remove(running.size() - 1);
            }
        }
        assertThat(IntStream.of(busy).max().orElse(0)).as("of 5 on average").isLessThanOrEqualTo(7);
    }

    @Test
    void sessionsSpreadStayAndComeBack() {
        Affinity affinity = new Affinity(all, Strategies.roundRobin());
        Set<String> movedTo = new HashSet<>();
        Plan.Candidate failed = all.get(7);
        int[] sessions = new int[SIZE];
        asked = 0;
        for (int i = 0; i < 40_000; i++) {
            String session = "user-" + i;
            Plan.Candidate owner = Objects.requireNonNull(affinity.pick(session, counting(it -> true)));
            sessions[placeOf(owner)]++;
            Plan.Candidate meanwhile = Objects.requireNonNull(affinity.pick(session, it -> !it.equals(failed)));
            if (owner.equals(failed)) {
                movedTo.add(meanwhile.instance().id());
            } else {
                assertThat(meanwhile).isSameAs(owner);
            }
        }
        assertThat(asked / 40_000).isLessThan(100);
        assertThat(IntStream.of(sessions).summaryStatistics().getMin()).isGreaterThan(2);
        assertThat(IntStream.of(sessions).summaryStatistics().getMax()).isLessThan(50);
        assertThat(movedTo).as("not all to the same neighbour").hasSizeGreaterThan(5);
    }

    @Test
    void sessionsFollowWeightsAndFindTheLastOneLeft() {
        Affinity affinity = new Affinity(all, weighted());
        int[] byWeight = new int[5];
        for (int i = 0; i < 20_000; i++) {
            byWeight[placeOf(Objects.requireNonNull(affinity.pick("s" + i, it -> true))) % 5]++;
        }
        assertThat(byWeight[0]).isZero();
        for (int weight = 1; weight < 5; weight++) {
            assertThat((double) byWeight[weight]).isBetween(weight * 1_850.0, weight * 2_150.0);
        }
        for (int last : new int[] {0, 1_999}) {
            assertThat(affinity.pick("s", it -> placeOf(it) == last)).isSameAs(all.get(last));
        }
        assertThat(affinity.pick("s", it -> placeOf(it) % 5 == 0 || placeOf(it) == 1))
                .as("weight 0 is for when nothing else is left")
                .isSameAs(all.get(1));
        assertThat(affinity.pick("s", it -> false)).isNull();
    }

    @Test
    void aWalkThroughALargePlanFindsTheOneThatIsWell() {
        WalkWorld world = new WalkWorld();
        String[] models = IntStream.range(0, 300).mapToObj(i -> "m" + i).toArray(String[]::new);
        world.tier("g.e1", models);
        for (int i = 0; i < 299; i++) {
            world.blocked("m" + i, Obstacle.BREAKER_OPEN);
        }
        assertThat(world.run()).containsExactly("m299");
    }
}

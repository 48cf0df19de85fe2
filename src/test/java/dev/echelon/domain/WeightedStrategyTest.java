package dev.echelon.domain;

import static dev.echelon.domain.StrategiesTest.candidates;
import static dev.echelon.domain.StrategiesTest.counts;
import static dev.echelon.domain.StrategiesTest.pick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.Strategies.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Written ratios are seen ratios. */
class WeightedStrategyTest {

    private final List<Plan.Candidate> three = candidates(3);
    private final Plan.Candidate ten = three.get(0);
    private final Plan.Candidate five = three.get(1);
    private final Plan.Candidate one = three.get(2);

    private Strategy tenFiveOne() {
        return Strategies.weighted(
                List.of(new Share(10, List.of(ten)), new Share(5, List.of(five)), new Share(1, List.of(one))));
    }

    @Test
    void tenFiveOneIsExactInEverySixteenPicks() {
        Strategy strategy = tenFiveOne();
        for (int round = 0; round < 50; round++) {
            assertThat(counts(strategy, three, it -> true, 16)).isEqualTo(Map.of(ten, 10, five, 5, one, 1));
        }
    }

    @Test
    void picksAreInterleaved() {
        Strategy strategy = tenFiveOne();
        List<Plan.Candidate> picks = new ArrayList<>();
        for (int i = 0; i < 160; i++) {
            picks.add(pick(strategy, three, it -> true));
        }
        for (int i = 2; i < picks.size(); i++) {
            assertThat(picks.subList(i - 2, i + 1).stream().distinct().count())
                    .as("never three in a row")
                    .isGreaterThan(1);
        }
        for (int i = 1; i < picks.size(); i++) {
            boolean twice = picks.get(i).equals(five) && picks.get(i - 1).equals(five);
            assertThat(twice).as("the second never twice in a row").isFalse();
        }
    }

    @Test
    void whoIsOutLeavesItsShareToTheOthersInTheirRatio() {
        assertThat(counts(tenFiveOne(), three, it -> !it.equals(ten), 6_000))
                .isEqualTo(Map.of(five, 5_000, one, 1_000));
    }

    @Test
    void aShareIsSharedOutAmongItsEligibleMembers() {
        List<Plan.Candidate> all = candidates(5);
        Strategy strategy =
                Strategies.weighted(List.of(new Share(3, all.subList(0, 4)), new Share(1, all.subList(4, 5))));
        Predicate<Plan.Candidate> alive = it -> !it.equals(all.get(0)) && !it.equals(all.get(1));

        assertThat(counts(strategy, all, alive, 4_000))
                .isEqualTo(Map.of(all.get(2), 1_500, all.get(3), 1_500, all.get(4), 1_000));
    }

    @Test
    void weightZeroIsForWhenNothingElseIsLeft() {
        Strategy strategy = Strategies.weighted(List.of(new Share(0, List.of(ten)), new Share(1, List.of(five))));

        assertThat(counts(strategy, three, it -> true, 1_000)).containsOnlyKeys(five);
        assertThat(counts(strategy, three, it -> !it.equals(five), 10)).containsOnlyKeys(ten);
        assertThat(strategy.pick(three, false, it -> false, it -> 0)).isNull();
    }

    @Test
    void theNextAfterAFailureIsPickedByWeightToo() {
        Strategy strategy = tenFiveOne();
        int fives = 0;
        for (int i = 0; i < 6_000; i++) {
            fives += five.equals(strategy.pick(three, true, it -> !it.equals(ten), it -> 0)) ? 1 : 0;
        }
        assertThat(fives).isEqualTo(5_000);
    }

    @Property(tries = 100)
    void tenThousandPicksAreWithinTwoPercent(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 20) Integer> weights) {
        int total = weights.stream().mapToInt(it -> it).sum();
        List<Plan.Candidate> all = candidates(weights.size());
        List<Share> shares = IntStream.range(0, all.size())
                .mapToObj(i -> new Share(weights.get(i), List.of(all.get(i))))
                .toList();

        Map<Plan.Candidate, Integer> counts = counts(Strategies.weighted(shares), all, it -> true, 10_000);

        for (int i = 0; i < all.size() && total > 0; i++) {
            double expected = 10_000.0 * weights.get(i) / total;
            assertThat((double) counts.getOrDefault(all.get(i), 0)).isBetween(expected - 200, expected + 200);
        }
    }

    @Property(tries = 100)
    void sharesHoldWhileMembersComeAndGo(@ForAll @Size(min = 100, max = 100) List<@IntRange(max = 2) Integer> out) {
        Strategy strategy = tenFiveOne();
        for (int absent : out) {
            Plan.Candidate missing = three.get(absent);
            assertThat(pick(strategy, three, it -> !it.equals(missing))).isNotSameAs(missing);
        }
        assertThat(counts(strategy, three, it -> true, 1_600))
                .satisfies(it -> assertThat(it.getOrDefault(ten, 0)).isBetween(975, 1_025))
                .satisfies(it -> assertThat(it.getOrDefault(five, 0)).isBetween(475, 525));
    }
}

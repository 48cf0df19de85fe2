package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Round robin, random and least connections. */
class StrategiesTest {

    private final List<Plan.Candidate> four = candidates(4);

    static List<Plan.Candidate> candidates(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Plan.Candidate(WalkWorld.Spec.of("m" + i).in("g.e" + i), List.of()))
                .toList();
    }

    static Map<Plan.Candidate, Integer> counts(
            Strategy strategy, List<Plan.Candidate> candidates, Predicate<Plan.Candidate> eligible, int picks) {
        Map<Plan.Candidate, Integer> counts = new HashMap<>();
        for (int i = 0; i < picks; i++) {
            counts.merge(pick(strategy, candidates, eligible), 1, Integer::sum);
        }
        return counts;
    }

    static Plan.Candidate pick(Strategy strategy, List<Plan.Candidate> candidates, Predicate<Plan.Candidate> eligible) {
        return Objects.requireNonNull(strategy.pick(candidates, false, eligible, it -> 0));
    }

    @Test
    void roundRobinTakesEachInTurn() {
        Strategy strategy = Strategies.roundRobin();

        List<Plan.Candidate> picks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            picks.add(pick(strategy, four, it -> true));
        }
        assertThat(picks.subList(0, 4)).isEqualTo(four);
        assertThat(picks.subList(4, 8)).isEqualTo(four);
    }

    @Test
    void roundRobinStaysEvenAmongThoseWhoAreLeft() {
        Predicate<Plan.Candidate> left = it -> !it.equals(four.get(0)) && !it.equals(four.get(1));

        assertThat(counts(Strategies.roundRobin(), four, left, 10_000))
                .containsOnlyKeys(four.get(2), four.get(3))
                .containsEntry(four.get(2), 5_000);
    }

    @Property(tries = 200)
    void roundRobinIsEvenWhoeverIsOut(@ForAll @Size(min = 1, max = 12) List<Boolean> alive) {
        List<Plan.Candidate> all = candidates(alive.size());
        Predicate<Plan.Candidate> eligible = it -> alive.get(all.indexOf(it));
        long living = alive.stream().filter(it -> it).count();
        Strategy strategy = Strategies.roundRobin();
        if (living == 0) {
            assertThat(strategy.pick(all, false, eligible, it -> 0)).isNull();
            return;
        }
        assertThat(counts(strategy, all, eligible, (int) living * 10).values()).containsOnly(10);
    }

    @Test
    void aPickAfterAFailureTakesNoTurn() {
        for (Strategy strategy : List.of(Strategies.roundRobin(), Strategies.leastConnections())) {
            Plan.Candidate first = pick(strategy, four, it -> true);
            Plan.Candidate after = strategy.pick(four, true, it -> !it.equals(first), it -> 0);

            assertThat(after).isSameAs(four.get(1));
            assertThat(pick(strategy, four, it -> true)).isSameAs(four.get(1));
        }
    }

    @Test
    void aPickThatFindsNobodyTakesNoTurn() {
        Strategy strategy = Strategies.roundRobin();

        assertThat(strategy.pick(four, false, it -> false, it -> 0)).isNull();
        assertThat(pick(strategy, four, it -> true)).isSameAs(four.get(0));
    }

    @Test
    void randomIsEvenWithinItsNature() {
        Random random = new Random(1);

        assertThat(counts(Strategies.random(random::nextInt), four, it -> true, 10_000)
                        .values())
                .allSatisfy(count -> assertThat(count).isBetween(2_300, 2_700));
    }

    @Test
    void randomDoesNotFavourTheNeighboursOfTheDead() {
        List<Plan.Candidate> many = candidates(20);
        Random random = new Random(2);
        Predicate<Plan.Candidate> left = it -> List.of(5, 6, 19).contains(many.indexOf(it));

        assertThat(counts(Strategies.random(random::nextInt), many, left, 9_000))
                .hasSize(3)
                .allSatisfy((who, count) -> assertThat(count).isBetween(2_800, 3_200));
    }

    @Test
    void randomFindsTheOnlyOneLeftAndNobodyWhereNobodyIs() {
        List<Plan.Candidate> many = candidates(100);
        Strategy strategy = Strategies.random(new Random(3)::nextInt);

        assertThat(pick(strategy, many, it -> it.equals(many.get(77)))).isSameAs(many.get(77));
        assertThat(strategy.pick(many, false, it -> false, it -> 0)).isNull();
        assertThat(strategy.pick(List.of(), false, it -> true, it -> 0)).isNull();
    }

    @Property(tries = 500)
    void leastConnectionsNeverPicksABusierOne(
            @ForAll @Size(min = 1, max = 10) List<@IntRange(max = 5) Integer> busy, @ForAll long seed) {
        List<Plan.Candidate> all = candidates(busy.size());
        Random random = new Random(seed);
        List<Plan.Candidate> eligible =
                all.stream().filter(it -> random.nextInt(4) > 0).toList();
        Strategy strategy = Strategies.leastConnections();

        Plan.Candidate picked = strategy.pick(all, false, eligible::contains, it -> busy.get(all.indexOf(it)));

        if (eligible.isEmpty()) {
            assertThat(picked).isNull();
        } else {
            int least = Collections.min(
                    eligible.stream().map(it -> busy.get(all.indexOf(it))).toList());
            assertThat(eligible).contains(Objects.requireNonNull(picked));
            assertThat(busy.get(all.indexOf(picked))).isEqualTo(least);
        }
    }

    @Test
    void leastConnectionsSpreadsTies() {
        assertThat(counts(Strategies.leastConnections(), four, it -> true, 400).values())
                .containsOnly(100);
    }
}

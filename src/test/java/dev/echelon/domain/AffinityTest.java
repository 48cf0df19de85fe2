package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A session stays where it is. */
class AffinityTest {

    private static String owner(WalkWorld world, String session) {
        world.session = session;
        return world.run().get(0);
    }

    private static WalkWorld three() {
        return new WalkWorld().tier("g.e1", "a", "b", "c");
    }

    @Test
    void aSessionKeepsItsInstanceAndSessionsSpread() {
        WalkWorld world = three();
        Map<String, Integer> sessions = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            String session = "user-" + i;
            String first = owner(world, session);
            assertThat(owner(world, session)).isEqualTo(first);
            assertThat(owner(three(), session)).as("in another process").isEqualTo(first);
            sessions.merge(first, 1, Integer::sum);
        }
        assertThat(sessions.values()).allSatisfy(count -> assertThat(count).isCloseTo(1000, within(100)));
    }

    @Test
    void onlyTheSessionsOfAFailedInstanceMoveAndTheyComeBack() {
        Set<String> movedTo = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            String session = "s" + i;
            String before = owner(three(), session);
            String during = owner(three().blocked("a", Obstacle.BREAKER_OPEN), session);
            if (before.equals("a")) {
                movedTo.add(during);
            } else {
                assertThat(during).isEqualTo(before);
            }
        }
        assertThat(movedTo).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void afterAFailureTheSessionsNextChoiceIsAsked() {
        WalkWorld world = three();
        String first = owner(world, "s");
        world.always(first, WalkWorld.failing(FailureKind.SERVER_ERROR));
        List<String> log = world.run();

        assertThat(log).hasSize(2).startsWith(first);
        assertThat(log.get(1)).isEqualTo(owner(three().blocked(first, Obstacle.QUARANTINE), "s"));
    }

    @Test
    void sessionsFollowWeightsAndZeroIsForWhenNothingElseIsLeft() {
        WalkWorld world = weighted(8, 2, 0);
        Map<String, Integer> sessions = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            sessions.merge(owner(world, "s" + i), 1, Integer::sum);
        }
        assertThat(sessions).containsOnlyKeys("a", "b");
        assertThat(sessions.get("a")).isCloseTo(8000, within(200));

        WalkWorld last = weighted(8, 2, 0).blocked("a", Obstacle.BREAKER_OPEN).blocked("b", Obstacle.COOLING);
        assertThat(owner(last, "s")).isEqualTo("c");
    }

    @Test
    void aSlowlyStartingInstanceGetsItsSessionsBackOneByOne() {
        double[] shares = {0.1, 0.4, 0.7, 1};
        int before = -1;
        for (double share : shares) {
            int back = 0;
            for (int i = 0; i < 500; i++) {
                WalkWorld world = three().share("a", share);
                String session = "s" + i;
                String now = owner(world, session);
                assertThat(owner(world, session)).as("it does not flap").isEqualTo(now);
                back += now.equals("a") ? 1 : 0;
            }
            assertThat(back).isGreaterThan(before);
            before = back;
        }
    }

    private static WalkWorld weighted(int a, int b, int c) {
        List<Plan.Candidate> candidates = List.of(candidate("a"), candidate("b"), candidate("c"));
        Strategy strategy = Strategies.weighted(List.of(
                new Strategies.Share(a, candidates.subList(0, 1)),
                new Strategies.Share(b, candidates.subList(1, 2)),
                new Strategies.Share(c, candidates.subList(2, 3))));
        return new WalkWorld().add(new Plan.Tier("p", "p", candidates, strategy, Integer.MAX_VALUE));
    }

    private static Plan.Candidate candidate(String model) {
        return new Plan.Candidate(Spec.of(model).timeout(Duration.ofSeconds(5)).in("g.e1"), List.of());
    }
}

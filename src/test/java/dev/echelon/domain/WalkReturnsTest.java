package dev.echelon.domain;

import static dev.echelon.domain.WalkWorld.failing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often and how late an instance is asked again. */
class WalkReturnsTest {

    private static final Duration SHORT = Duration.ofMillis(10);

    @Test
    void anEchelonHasItsOwnNumberOfReturnsOverAllItsInstances() {
        WalkWorld world = new WalkWorld()
                .tier(
                        "g.e1",
                        Spec.of("a").retries(2).delay(SHORT),
                        Spec.of("b").retries(2).delay(SHORT))
                .always(FailureKind.NETWORK_ERROR, "a", "b");

        assertThat(returns(world)).isEqualTo(2);
    }

    @Test
    void anEchelonWithoutReturnsHasNone() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").retries(0)).always(FailureKind.NETWORK_ERROR, "a");

        assertThat(world.run()).containsExactly("a", "give up: network_error");
    }

    @Test
    void aRequestHasFourReturnsWhateverItsEchelonsAllow() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a").retries(10).delay(SHORT))
                .always(FailureKind.NETWORK_ERROR, "a");

        assertThat(returns(world)).isEqualTo(4);
    }

    @Test
    void aPoolBoundsTheVisitsToOneInstance() {
        Instance a = Spec.of("a").delay(SHORT).in("g.e1");
        Instance b = Spec.of("b").delay(SHORT).in("g.e1");
        WalkWorld world = new WalkWorld().tier(2, List.of(a, b)).always(FailureKind.NETWORK_ERROR, "a", "b");

        assertThat(world.run()).filteredOn(it -> it.startsWith("a")).hasSize(2);
        assertThat(world.run()).filteredOn(it -> it.startsWith("b")).hasSize(2);
    }

    @Test
    void theBudgetLetsThreeReturnsRunAndThenAFifthOfWhatRuns() {
        assertThat(returnsTo(new WalkWorld(), 0, 2)).isTrue();
        assertThat(returnsTo(new WalkWorld(), 0, 3)).isFalse();
        assertThat(returnsTo(new WalkWorld(), 15, 3)).isFalse();
        assertThat(returnsTo(new WalkWorld(), 100, 19)).isTrue();
        assertThat(returnsTo(new WalkWorld(), 100, 20)).isFalse();
    }

    private static boolean returnsTo(WalkWorld world, int running, int returns) {
        world.tier("g.e1", Spec.of("a").delay(SHORT))
                .next("a", failing(FailureKind.NETWORK_ERROR))
                .running("a", running, returns);
        return world.run().contains("a return");
    }

    @Test
    void theWaitGrowsFromReturnToReturnUpToItsCeiling() {
        Instance.Retry retry =
                new Instance.Retry(WalkWorld.LISTED, 9, Duration.ofSeconds(1), 2, Duration.ofSeconds(10));

        assertThat(new long[] {0, 1, 2, 3, 4, 60})
                .satisfies(n -> assertThat(retry.ceilingNanos(0)).isEqualTo(1_000_000_000L))
                .satisfies(n -> assertThat(retry.ceilingNanos(1)).isEqualTo(2_000_000_000L))
                .satisfies(n -> assertThat(retry.ceilingNanos(3)).isEqualTo(8_000_000_000L))
                .satisfies(n -> assertThat(retry.ceilingNanos(4)).isEqualTo(10_000_000_000L))
                .satisfies(n -> assertThat(retry.ceilingNanos(2000)).isEqualTo(10_000_000_000L));
    }

    @Test
    void theJitterIsFull() {
        double least = 1;
        double most = 0;
        for (long seed = 0; seed < 2000; seed++) {
            double chance = new Ledger(0, 1, seed, java.util.Set.of(), null).chance("a");
            least = Math.min(least, chance);
            most = Math.max(most, chance);
        }
        assertThat(least).isBetween(0.0, 0.01);
        assertThat(most).isBetween(0.99, 1.0);
    }

    @Test
    void aRetryAfterIsWaitedForFromTheFailureOn() {
        WalkWorld world =
                new WalkWorld().tier("g.e1", "a").next("a", failing(FailureKind.RATE_LIMIT, Duration.ofSeconds(20)));
        long failedAt = world.now + Duration.ofMillis(10).toNanos();

        assertThat(world.run()).containsExactly("a", "a return");
        assertThat(world.asked.get(1).startedAt())
                .isEqualTo(failedAt + Duration.ofSeconds(20).toNanos());
    }

    @Test
    void aRetryAfterThatDoesNotFitTheDeadlineEndsTheRequestAtOnce() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .next(
                        "a",
                        failing(FailureKind.RATE_LIMIT, Duration.ofSeconds(119).plusMillis(800)));
        long start = world.now;

        assertThat(world.run()).containsExactly("a", "give up: rate_limit");
        assertThat(world.now - start).isEqualTo(Duration.ofMillis(10).toNanos());
    }

    @Test
    void aRetryAfterBeyondPatienceIsLeftForTheEnd() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .tier("g.e2", "b")
                .next("a", failing(FailureKind.RATE_LIMIT, Duration.ofMillis(1001)))
                .next("b", failing(FailureKind.SERVER_ERROR));

        assertThat(world.run()).containsExactly("a", "b", "a return");
    }

    @Test
    void aCoolingThatTheFailureBeganDoesNotForbidTheReturn() {
        WalkWorld world =
                new WalkWorld().tier("g.e1", "a").next("a", failing(FailureKind.RATE_LIMIT, Duration.ofMillis(500)));
        Step first = world.look();
        assertThat(first).isInstanceOf(Step.Attempt.class);
        world.ledger().begin((Step.Attempt) first);
        world.ledger()
                .fail(
                        (Step.Attempt) first,
                        ModelFailure.of(FailureKind.RATE_LIMIT, "").withRetryAfter(Duration.ofMillis(500)),
                        false,
                        world.now);
        world.condition("a", Obstacle.COOLING, Duration.ofMillis(500));

        assertThat(world.look()).isInstanceOfSatisfying(Step.Attempt.class, it -> {
            assertThat(it.entry()).isEqualTo(Step.Entry.RETURN);
            assertThat(it.delayNanos()).isEqualTo(Duration.ofMillis(500).toNanos());
        });
    }

    @Test
    void anInstanceWhoseBreakerOpenedIsNotReturnedTo() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").delay(SHORT));
        Step.Attempt first = (Step.Attempt) world.look();
        world.ledger().begin(first);
        world.ledger().fail(first, ModelFailure.of(FailureKind.NETWORK_ERROR, ""), false, world.now);
        world.condition("a", Obstacle.BREAKER_OPEN, Duration.ofSeconds(60));

        assertThat(world.look()).isInstanceOf(Step.GiveUp.class);
    }

    @Test
    void aLateReturnWaitsForItsEchelonsMinuteToo() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").delay(SHORT));
        Step.Attempt first = (Step.Attempt) world.look();
        world.ledger().begin(first);
        world.ledger().fail(first, ModelFailure.of(FailureKind.NETWORK_ERROR, ""), false, world.now);
        world.condition("a", Obstacle.RPM, Duration.ofSeconds(30));

        assertThat(world.look()).isInstanceOfSatisfying(Step.Attempt.class, it -> {
            assertThat(it.entry()).isEqualTo(Step.Entry.RETURN);
            assertThat(it.delayNanos()).isEqualTo(Duration.ofSeconds(30).toNanos());
        });
    }

    private static long returns(WalkWorld world) {
        return world.run().stream().filter(it -> it.endsWith(" return")).count();
    }
}

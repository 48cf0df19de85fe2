package dev.echelon.domain;

import static dev.echelon.domain.WalkWorld.failing;
import static dev.echelon.domain.WalkWorld.stale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queues, minutes, budgets, ramps, probes and dead connections. */
class WalkLimitsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void aFullEchelonIsQueuedForAndThenLeftForTheNextTier() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").tier("g.e2", "b").blocked("a", Obstacle.CONCURRENCY);

        assertThat(world.run()).containsExactly("a queued in vain", "b");
        assertThat(world.asked.get(0).attempt().queueNanos())
                .isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void theQueueIsATenthOfAShortDeadline() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").blocked("a", Obstacle.CONCURRENCY);
        world.deadline = Duration.ofSeconds(3);

        assertThat(world.run()).containsExactly("a queued in vain", "give up: saturated");
        assertThat(world.asked.get(0).attempt().queueNanos())
                .isEqualTo(Duration.ofMillis(300).toNanos());
    }

    @Test
    void aTierOfManyFullEchelonsIsQueuedForOnce() {
        Instance a = Spec.of("a").in("g.e1");
        Instance b = Spec.of("b").in("g.e2");
        WalkWorld world = new WalkWorld()
                .tier(9, List.of(a, b))
                .tier("g.e3", "c")
                .blocked("a", Obstacle.CONCURRENCY)
                .blocked("b", Obstacle.CONCURRENCY);

        assertThat(world.run()).hasSize(2).endsWith("c");
    }

    @Test
    void whoLosesTheRaceForTheLastPermitQueuesAllTheSame() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").refuses("a", 1);
        Step.Attempt lost = (Step.Attempt) world.look();
        world.ledger().passOver(lost);
        world.blocked("a", Obstacle.CONCURRENCY);

        assertThat(world.look()).isInstanceOfSatisfying(Step.Attempt.class, it -> assertThat(it.queueNanos())
                .isPositive());
    }

    @Test
    void aSpentMinuteMeansTheNextTierAtOnce() {
        WalkWorld world =
                new WalkWorld().tier("g.e1", "a").tier("g.e2", "b").condition("a", Obstacle.RPM, Duration.ofMillis(1));

        assertThat(world.run()).containsExactly("b");
    }

    @Test
    void aSpentMinuteIsWaitedForWhenNobodyElseIsLeft() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .tier("g.e2", "b")
                .condition("a", Obstacle.RPM, Duration.ofSeconds(40))
                .always(FailureKind.SERVER_ERROR, "b");

        assertThat(world.run()).containsExactly("b", "wait", "a");
        assertThat(world.waits).hasSize(1);
    }

    @Test
    void aMinuteBeyondTheDeadlineIsNotWaitedFor() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").condition("a", Obstacle.RPM, MINUTE);
        world.deadline = Duration.ofSeconds(60);

        assertThat(world.run()).containsExactly("give up: saturated");
    }

    @Test
    void whoLosesTheRaceForTheLastOfTheMinuteWaitsAllTheSame() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a");
        world.ledger().passOver((Step.Attempt) world.look());
        world.condition("a", Obstacle.RPM, Duration.ofSeconds(2));

        assertThat(world.look()).isEqualTo(new Step.Wait(Duration.ofSeconds(2).toNanos()));
    }

    @Test
    void firstTriesAreBudgetedOnceHalfOfThePlanIsOut() {
        assertThat(halfOut(1).run()).containsExactly("a", "b");

        WalkWorld world = halfOut(2);
        List<String> log = world.run();
        assertThat(log).startsWith("a", "wait").endsWith("b");
        assertThat(world.passedOver).contains("b=retry_budget");
        assertThat(world.waits.get(0)).isBetween(millis(25), millis(50));
        assertThat(world.waits).allSatisfy(wait -> assertThat(wait).isLessThanOrEqualTo(millis(1000)));
        assertThat(log.size()).as("waits grow: %s", world.waits).isLessThan(200);
    }

    @Test
    void whatIsHeldBackByTheBudgetEndsBeforeTheDeadline() {
        WalkWorld world = halfOut(2);
        world.deadline = Duration.ofSeconds(5);

        assertThat(world.run()).startsWith("a", "wait").endsWith("give up: server_error");
    }

    @Test
    void aReturnToAFullEchelonQueues() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a").delay(Duration.ZERO))
                .next("a", WalkWorld.failing(FailureKind.NETWORK_ERROR));
        world.fillsUpAfterwards("a");

        assertThat(world.run()).containsExactly("a", "a return queued in vain", "give up: network_error");
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private static WalkWorld halfOut(int open) {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b", "c", "d")
                .always(FailureKind.SERVER_ERROR, "a")
                .condition("c", Obstacle.BREAKER_OPEN, MINUTE)
                .running("b", 0, 3);
        return open == 1 ? world : world.condition("d", Obstacle.COOLING, MINUTE);
    }

    @Test
    void theVeryFirstTryIsNeverBudgeted() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b")
                .condition("a", Obstacle.BREAKER_OPEN, MINUTE)
                .running("b", 0, 50);

        assertThat(world.run()).containsExactly("b");
    }

    @Test
    void aRampingInstanceTakesItsShareWhileOthersAreThere() {
        int taken = 0;
        for (int seed = 0; seed < 2000; seed++) {
            WalkWorld world = new WalkWorld().tier("g.e1", "a", "b").share("a", 0.25);
            world.seed = seed;
            taken += world.run().contains("a") ? 1 : 0;
        }
        assertThat(taken).isBetween(420, 580);
    }

    @Test
    void theOnlyOneLeftTakesAllThoughItRamps() {
        for (int seed = 0; seed < 50; seed++) {
            WalkWorld world =
                    new WalkWorld().tier("g.e1", "a", "b").share("a", 0.1).blocked("b", Obstacle.QUARANTINE);
            world.seed = seed;
            assertThat(world.run()).containsExactly("a");
        }
    }

    @Test
    void anOpenInstanceIsProbedOnceARequestWhenNobodyIsLeft() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b")
                .condition("a", Obstacle.BREAKER_OPEN, MINUTE)
                .condition("b", Obstacle.BREAKER_OPEN, MINUTE)
                .probeable("a")
                .probeable("b")
                .always(FailureKind.SERVER_ERROR, "a", "b");

        assertThat(world.run())
                .hasSize(2)
                .endsWith("give up: server_error")
                .first()
                .asString()
                .endsWith(" probe");
    }

    @Test
    void nobodyIsProbedWhileSomeoneIsEligible() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .tier("g.e2", "b")
                .condition("a", Obstacle.BREAKER_OPEN, MINUTE)
                .probeable("a");

        assertThat(world.run()).containsExactly("b");
    }

    @Test
    void aProbeThatIsRefusedIsNotTriedAgain() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .condition("a", Obstacle.BREAKER_OPEN, MINUTE)
                .probeable("a")
                .refuses("a", 100);

        assertThat(world.run()).containsExactly("a probe refused", "give up: unavailable");
    }

    @Test
    void aDeadConnectionIsReplacedAtOnceAndFreeOfCharge() {
        Instance a = Spec.of("a").retries(1).delay(Duration.ofMillis(10)).in("g.e1");
        WalkWorld world = new WalkWorld().tier(2, List.of(a)).next("a", stale(), failing(FailureKind.NETWORK_ERROR));

        assertThat(world.run()).containsExactly("a", "a reconnect", "a return");
        assertThat(world.asked.get(1).attempt().delayNanos()).isZero();
        assertThat(world.ledger().attempts()).as("it is counted all the same").isEqualTo(3);
    }

    @Test
    void deadConnectionsAreReplacedThreeTimesARequest() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").retries(0)).always("a", stale());

        assertThat(world.run())
                .containsExactly("a", "a reconnect", "a reconnect", "a reconnect", "give up: network_error");
    }

    @Test
    void aReconnectThatLimitsRefuseIsNotTriedForever() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a", "b").next("a", stale());
        Step.Attempt first = (Step.Attempt) world.look();
        world.ledger().begin(first);
        world.ledger().fail(first, ModelFailure.of(FailureKind.NETWORK_ERROR, "stale"), true, world.now);
        Step.Attempt reconnect = (Step.Attempt) world.look();
        assertThat(reconnect.entry()).isEqualTo(Step.Entry.RECONNECT);
        world.ledger().passOver(reconnect);

        assertThat(world.look()).isInstanceOfSatisfying(Step.Attempt.class, it -> assertThat(
                        it.candidate().instance().key().model().model())
                .isEqualTo("b"));
    }
}

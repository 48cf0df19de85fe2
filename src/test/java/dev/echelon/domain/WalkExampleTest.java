package dev.echelon.domain;

import static dev.echelon.domain.WalkWorld.failing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The example of the design: 500 is not in {@code retry_on_errors}, a reset is. */
class WalkExampleTest {

    private final WalkWorld world = new WalkWorld().tier("g.e1", "4o", "sonnet").tier("g.e2", "4o-mini", "haiku");

    @Test
    void anUnlistedFailureTakesThreeAttemptsAndNoWait() {
        world.always(FailureKind.SERVER_ERROR, "4o", "sonnet");
        long start = world.now;

        assertThat(world.run()).containsExactly("4o", "sonnet", "4o-mini");
        assertThat(world.asked)
                .allSatisfy(it -> assertThat(it.attempt().delayNanos()).isZero());
        assertThat(world.now - start).isEqualTo(Duration.ofMillis(30).toNanos());
    }

    @Test
    void aListedFailureIsReturnedToOnceWithinPatienceBeforeGoingDown() {
        world.always(FailureKind.NETWORK_ERROR, "4o", "sonnet");

        assertThat(world.run())
                .hasSize(4)
                .startsWith("4o", "sonnet")
                .endsWith("4o-mini")
                .element(2)
                .asString()
                .endsWith(" return");
        assertThat(world.asked.get(2).attempt().delayNanos())
                .isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void theReturnGoesToTheOneWithTheShortestWait() {
        world.next("4o", failing(FailureKind.RATE_LIMIT, Duration.ofMillis(900)))
                .next("sonnet", failing(FailureKind.RATE_LIMIT, Duration.ofMillis(200)));

        assertThat(world.run()).containsExactly("4o", "sonnet", "sonnet return");
        assertThat(world.asked.get(2).attempt().delayNanos())
                .isEqualTo(Duration.ofMillis(200).toNanos());
    }

    @Test
    void lateReturnsFollowOnceNothingIsUntried() {
        world.always(FailureKind.NETWORK_ERROR, "4o", "sonnet", "4o-mini", "haiku");

        assertThat(world.run())
                .filteredOn(it -> it.endsWith(" return"))
                .as("one in each tier, two more at the end, four in all")
                .hasSize(4);
        assertThat(world.run()).endsWith("give up: network_error");
    }

    @Test
    void aTimeoutIsNotReturnedToWhileSomeoneIsUntried() {
        world.always(FailureKind.TIMEOUT, "4o", "sonnet");

        assertThat(world.run()).containsExactly("4o", "sonnet", "4o-mini");
    }

    @Test
    void aListedTimeoutIsReturnedToInTheEnd() {
        WalkWorld single = new WalkWorld().tier("g.e1", "4o").next("4o", failing(FailureKind.TIMEOUT));

        assertThat(single.run()).containsExactly("4o", "4o return");
    }

    @Test
    void kindsThatNeverReturnDoNot() {
        for (FailureKind kind : new FailureKind[] {
            FailureKind.QUOTA, FailureKind.AUTH, FailureKind.BAD_RESPONSE, FailureKind.SERVER_ERROR
        }) {
            WalkWorld single = new WalkWorld().tier("g.e1", "4o").always(kind, "4o");

            assertThat(single.run()).containsExactly("4o", "give up: " + kind.word());
        }
    }

    @Test
    void aRateLimitIsReturnedToThoughNobodyListsIt() {
        Instance unlisted = WalkWorld.Spec.of("4o").in("g.e1");
        Instance.Retry none =
                new Instance.Retry(java.util.Set.of(), 3, Duration.ofMillis(100), 2, Duration.ofSeconds(10));
        Instance instance = new Instance(
                unlisted.id(),
                unlisted.echelon(),
                unlisted.key(),
                "openai",
                none,
                unlisted.timeout(),
                null,
                null,
                null);
        WalkWorld single = new WalkWorld()
                .tier(Integer.MAX_VALUE, java.util.List.of(instance))
                .next("4o", failing(FailureKind.RATE_LIMIT));

        assertThat(single.run()).containsExactly("4o", "4o return");
    }

    @Test
    void aTierWithoutAnyoneEligibleIsPassedByWithoutAnAttempt() {
        world.condition("4o", Obstacle.BREAKER_OPEN, Duration.ofSeconds(60)).blocked("sonnet", Obstacle.UNHEALTHY);

        assertThat(world.run()).containsExactly("4o-mini");
    }

    @Test
    void anUpperTierThatRecoveredMeanwhileIsTriedBeforeTheWalkEnds() {
        world.condition("4o", Obstacle.COOLING, Duration.ofMillis(5))
                .blocked("sonnet", Obstacle.QUARANTINE)
                .always(FailureKind.SERVER_ERROR, "4o-mini", "haiku");

        assertThat(world.run()).containsExactly("4o-mini", "haiku", "4o");
    }
}

package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Reply;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much of the deadline an attempt gets. */
class WalkTimeTest {

    @Test
    void anAttemptGetsItsOwnTimeoutWhereTheDeadlineIsFar() {
        Step.Attempt attempt = first(new WalkWorld().tier("g.e1", "a", "b"));

        assertThat(attempt.timeoutNanos()).isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(attempt.cutShort()).isFalse();
    }

    @Test
    void whileOthersAreUntriedItGetsHalfOfTheRest() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a", "b");
        world.deadline = Duration.ofSeconds(20);

        Step.Attempt attempt = first(world);

        assertThat(attempt.timeoutNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
        assertThat(attempt.cutShort()).isTrue();
    }

    @Test
    void theLastOneGetsAllOfTheRest() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a", "b").blocked("b", Obstacle.QUARANTINE);
        world.deadline = Duration.ofSeconds(20);

        assertThat(first(world).timeoutNanos()).isEqualTo(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void theSameModelInAnotherEchelonIsNobodyElse() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").tier("h.e1", "a");
        world.deadline = Duration.ofSeconds(20);

        assertThat(first(world).timeoutNanos()).isEqualTo(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void aSilentUpstreamLeavesTimeForTheNextOne() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b", "c")
                .always("a", new Reply(null, false, Duration.ofHours(1)))
                .always("b", new Reply(null, false, Duration.ofHours(1)));
        world.deadline = Duration.ofSeconds(8);

        assertThat(world.run()).containsExactly("a", "b", "c");
        assertThat(world.asked)
                .extracting(it -> it.attempt().timeoutNanos())
                .containsExactly(4_000_000_000L, 2_000_000_000L, 2_000_000_000L);
    }

    @Test
    void aShareIsNeverLessThanTheShortestAttempt() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a", "b");
        world.deadline = Duration.ofMillis(400);

        assertThat(first(world).timeoutNanos()).isEqualTo(Duration.ofMillis(250).toNanos());
    }

    @Test
    void nothingIsBegunWithLessThanAQuarterOfASecond() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a");
        world.deadline = Duration.ofMillis(249);
        assertThat(world.run()).containsExactly("give up: timeout");

        world.deadline = Duration.ofMillis(250);
        assertThat(world.run()).containsExactly("a");
    }

    @Test
    void aReturnThatWouldLeaveLessIsNotBegun() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .next("a", WalkWorld.failing(FailureKind.RATE_LIMIT, Duration.ofMillis(741)));
        world.deadline = Duration.ofSeconds(1);
        assertThat(world.run()).containsExactly("a", "give up: rate_limit");

        WalkWorld fits = new WalkWorld()
                .tier("g.e1", "a")
                .next("a", WalkWorld.failing(FailureKind.RATE_LIMIT, Duration.ofMillis(740)));
        fits.deadline = Duration.ofSeconds(1);
        assertThat(fits.run()).containsExactly("a", "a return");
        assertThat(fits.asked.get(1).attempt().timeoutNanos())
                .isEqualTo(Duration.ofMillis(250).toNanos());
    }

    @Test
    void timeSpentInAQueueIsTakenFromTheAttempt() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").blocked("a", Obstacle.CONCURRENCY);
        world.deadline = Duration.ofSeconds(5);

        Step.Attempt attempt = first(world);

        assertThat(attempt.queueNanos()).isEqualTo(Duration.ofMillis(500).toNanos());
        assertThat(attempt.timeoutNanos()).isEqualTo(Duration.ofMillis(4500).toNanos());
        assertThat(attempt.cutShort()).isTrue();
    }

    @Test
    void anOwnTimeoutOfExactlyTheRestIsNotCutShort() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").timeout(Duration.ofSeconds(5)));
        world.deadline = Duration.ofSeconds(5);

        assertThat(first(world).cutShort()).isFalse();
    }

    private static Step.Attempt first(WalkWorld world) {
        return (Step.Attempt) world.look();
    }
}

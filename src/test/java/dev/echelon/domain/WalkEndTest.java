package dev.echelon.domain;

import static dev.echelon.domain.WalkWorld.failing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.WalkWorld.Spec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When a request ends, and what its caller is told. */
class WalkEndTest {

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"INVALID_REQUEST", "CONTENT_FILTER", "CANCELLED"})
    void theCallersOwnFaultEndsTheRequestAtOnce(FailureKind kind) {
        WalkWorld world =
                new WalkWorld().tier("g.e1", "a", "b").tier("g.e2", "c").always(kind, "a");

        assertThat(world.run()).containsExactly("a", "give up: " + kind.word());
    }

    @Test
    void aPromptThatIsTooLongGoesToLargerWindowsOnly() {
        WalkWorld world = new WalkWorld()
                .tier(
                        "g.e1",
                        Spec.of("a").window(8_000),
                        Spec.of("same").window(8_000),
                        Spec.of("unknown"),
                        Spec.of("larger").window(32_000))
                .always(FailureKind.CONTEXT_LENGTH, "a");

        assertThat(world.run()).containsExactly("a", "larger");
    }

    @Test
    void aPromptThatIsTooLongForAnUnknownWindowEndsTheRequest() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a"), Spec.of("b").window(1_000_000))
                .always(FailureKind.CONTEXT_LENGTH, "a");

        assertThat(world.run()).containsExactly("a", "give up: context_length");
    }

    @Test
    void theTooSmallWindowIsRememberedOverOtherFailures() {
        WalkWorld world = new WalkWorld()
                .tier(
                        "g.e1",
                        Spec.of("a").window(8_000),
                        Spec.of("larger").window(32_000),
                        Spec.of("smaller").window(4_000))
                .always(FailureKind.CONTEXT_LENGTH, "a")
                .always(FailureKind.SERVER_ERROR, "larger");

        assertThat(world.run()).containsExactly("a", "larger", "give up: server_error");
    }

    @Test
    void whoHasASmallerWindowIsNotReturnedTo() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("small").window(4_000))
                .tier("g.e2", Spec.of("a").window(8_000))
                .tier("g.e3", Spec.of("large").window(32_000))
                .next("small", failing(FailureKind.RATE_LIMIT, Duration.ofSeconds(2)))
                .always(FailureKind.CONTEXT_LENGTH, "a")
                .always(FailureKind.BAD_RESPONSE, "large");

        assertThat(world.run()).containsExactly("small", "a", "large", "give up: bad_response");
    }

    @Test
    void dialectsThatCannotSayTheRequestAreLeftOut() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a").dialect("anthropic"), Spec.of("b").dialect("openai"));
        world.muted = Set.of("anthropic");

        assertThat(world.run()).containsExactly("b");
    }

    @Test
    void aRequestThatNobodyCanSayIsTheCallersFault() {
        WalkWorld world = new WalkWorld().tier("g.e1", Spec.of("a").dialect("anthropic"));
        world.muted = Set.of("anthropic");

        assertThat(world.run()).containsExactly("give up: invalid_request");
        assertThat(ending(world).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMIT, RATE_LIMIT, RATE_LIMIT, 429",
        "RATE_LIMIT, TIMEOUT, TIMEOUT, 504",
        "RATE_LIMIT, AUTH, AUTH, 502",
        "RATE_LIMIT, CONTEXT_LENGTH, CONTEXT_LENGTH, 400",
        "SERVER_ERROR, TIMEOUT, TIMEOUT, 504",
        "NETWORK_ERROR, SERVER_ERROR, SERVER_ERROR, 502",
        "BAD_RESPONSE, NETWORK_ERROR, NETWORK_ERROR, 502",
        "QUOTA, BAD_RESPONSE, BAD_RESPONSE, 502",
        "AUTH, QUOTA, QUOTA, 503",
        "AUTH, AUTH, AUTH, 502"
    })
    void ofSeveralKindsTheMostTellingIsTold(FailureKind one, FailureKind other, FailureKind told, int status) {
        for (List<FailureKind> order : List.of(List.of(one, other), List.of(other, one))) {
            if (order.get(0) == FailureKind.CONTEXT_LENGTH) {
                continue;
            }
            WalkWorld world = new WalkWorld()
                    .tier(
                            "g.e1",
                            Spec.of("a").retries(0).window(1),
                            Spec.of("b").retries(0).window(2))
                    .always(order.get(0), "a")
                    .always(order.get(1), "b");

            assertThat(world.run()).containsExactly("a", "b", "give up: " + told.word());
            assertThat(ending(world).status()).isEqualTo(status);
        }
    }

    @Test
    void rateLimitsOnlyComeWithTheTimeToComeBack() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a").retries(0), Spec.of("b").retries(0))
                .always(FailureKind.RATE_LIMIT, "a", "b");
        world.run();
        world.condition("a", Obstacle.COOLING, Duration.ofSeconds(9))
                .condition("b", Obstacle.COOLING, Duration.ofSeconds(7));

        assertThat(ending(world).retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void whenAllCoolTheCallerIsToldWhenTheFirstIsBack() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b")
                .condition("a", Obstacle.COOLING, Duration.ofSeconds(30))
                .condition("b", Obstacle.COOLING, Duration.ofSeconds(20));

        assertThat(world.run()).containsExactly("give up: rate_limit");
        assertThat(ending(world).status()).isEqualTo(429);
        assertThat(ending(world).retryAfter()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void whoCannotSayTheRequestDoesNotShortenTheRetryAfter() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a"), Spec.of("b").dialect("anthropic"))
                .condition("a", Obstacle.COOLING, Duration.ofSeconds(30));
        world.muted = Set.of("anthropic");

        assertThat(ending(world).retryAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @EnumSource(
            value = Obstacle.class,
            names = {"BREAKER_OPEN", "UNHEALTHY", "QUARANTINE"})
    void whenNobodyIsAvailableTheCallerIsToldWhenTheFirstReopens(Obstacle obstacle) {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a", "b")
                .condition("a", obstacle, Duration.ofSeconds(30))
                .condition("b", Obstacle.COOLING, Duration.ofSeconds(20));

        assertThat(world.run()).containsExactly("give up: unavailable");
        assertThat(ending(world).status()).isEqualTo(503);
        assertThat(ending(world).retryAfter()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void theRetryAfterIsAtLeastASecond() {
        WalkWorld world = new WalkWorld().tier("g.e1", "a").condition("a", Obstacle.BREAKER_OPEN, Duration.ofMillis(3));

        assertThat(ending(world).retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatWasTriedIsNotAskedAgainThroughAnotherWay() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", "a")
                .tier("h.e1", Spec.of("a"), Spec.of("b"))
                .always(FailureKind.SERVER_ERROR, "a", "b");

        assertThat(world.run()).containsExactly("a", "b", "give up: server_error");
    }

    @Test
    void theSameModelWithAnotherCredentialIsAnother() {
        WalkWorld world = new WalkWorld()
                .tier("g.e1", Spec.of("a"))
                .tier("h.e1", Spec.of("a").credential("other"))
                .next("a", failing(FailureKind.AUTH));

        assertThat(world.run()).containsExactly("a", "a");
    }

    @Test
    void aPoolThatRefusesIsNotAskedAgain() {
        Plan.Candidate own = new Plan.Candidate(Spec.of("a").in("g.e1"), List.of("pool:p", "instance:a"));
        Plan.Candidate lent = new Plan.Candidate(Spec.of("b").in("h.e1"), List.of("pool:p", "pool:q", "instance:b"));
        WalkWorld world = new WalkWorld()
                .add(new Plan.Tier("p", "g.e1", List.of(own), Strategies.roundRobin(), 9))
                .add(new Plan.Tier("q", "h.e1", List.of(lent), Strategies.roundRobin(), 9))
                .condition("a", Obstacle.BREAKER_OPEN, Duration.ofMinutes(1));
        assertThat(((Step.Attempt) world.look()).candidate()).isSameAs(lent);
        ModelFailure full = ModelFailure.of(FailureKind.SATURATED, "q is at its rate limit");
        world.ledger().refuse("pool:q", full);
        world.ledger().waited();

        assertThat(ending(world)).isSameAs(full);
    }

    private static ModelFailure ending(WalkWorld world) {
        return ((Step.GiveUp) world.look()).failure();
    }
}

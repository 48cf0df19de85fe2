package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.BreakerRules;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A breaker costs memory; who has never been asked has none, and looks as if his were closed. */
class StateRegistryTest {

    private static final Instance INSTANCE = new Instance(
            "g.e/up:m",
            "g.e",
            new ModelKey(new ModelRef("up", "m"), URI.create("http://127.0.0.1:9/v1"), new Secret("k")),
            "openai",
            new Instance.Retry(Set.of(FailureKind.TIMEOUT), 1, Duration.ofSeconds(1), 2, Duration.ofSeconds(10)),
            Duration.ofSeconds(30),
            null,
            null,
            null);

    private final StateRegistry states = new StateRegistry(() -> 0, () -> 0);

    @Test
    void anInstanceThatWasNeverAskedIsReadyAndHasNoBreaker() {
        declare();

        assertThat(states.condition(INSTANCE, 0).obstacle()).isEqualTo(Obstacle.NONE);
        assertThat(states.probeable(INSTANCE, 0)).isFalse();
        assertThat(states.instance(INSTANCE.id()))
                .isNotNull()
                .extracting(InstanceStatus::breaker)
                .isEqualTo("closed");
        assertThat(states.breakers().getAllCircuitBreakers()).isEmpty();
    }

    @Test
    void theFirstAttemptMakesItsBreakerWhichStays() {
        declare();
        InstanceBreaker breaker = states.breakerOf(INSTANCE.id());
        declare();

        assertThat(states.breakerOf(INSTANCE.id())).isSameAs(breaker);
        assertThat(states.breakers().getAllCircuitBreakers()).hasSize(1);
    }

    @Test
    void aFailureOpensTheBreakerThatIsMadeThen() {
        declare();
        Objects.requireNonNull(states.breakerOf(INSTANCE.id()).acquire(false)).failed(1, new Exception());

        assertThat(states.condition(INSTANCE, 0).obstacle()).isEqualTo(Obstacle.BREAKER_OPEN);
        assertThat(states.instance(INSTANCE.id()))
                .isNotNull()
                .extracting(InstanceStatus::breaker)
                .isEqualTo("open");
    }

    private void declare() {
        states.declare(INSTANCE, new BreakerRules(1, Duration.ofSeconds(60), 1), 10, 100, 1);
    }
}

package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Health;
import dev.echelon.domain.Health.State;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is known of models, what the walk makes of it, and what is told. */
class HealthsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final HealthRules RULES = new HealthRules(2, Duration.ofSeconds(10));
    private static final ModelKey ONE = key("one");
    private static final ModelKey TWO = key("two");

    private final Healths healths = new Healths();

    private static ModelKey key(String model) {
        return new ModelKey(new ModelRef("up", model), URI.create("http://address.test"), new Secret("sk-secret"));
    }

    private void fail(ModelKey key, int times) {
        for (int i = 0; i < times; i++) {
            healths.probed(key, FailureKind.TIMEOUT, 0);
        }
    }

    @Test
    void anUnhealthyModelIsLeftAloneForTheRecoveryTime() {
        healths.keep(Map.of(ONE, RULES, TWO, RULES));
        fail(ONE, 2);
        fail(TWO, 1);

        assertThat(healths.condition(ONE, SECOND)).isEqualTo(Condition.blocked(Obstacle.UNHEALTHY, 9 * SECOND));
        assertThat(healths.condition(TWO, SECOND)).isEqualTo(Condition.READY);
    }

    @Test
    void aRecoveringModelGetsItsShare() {
        healths.keep(Map.of(ONE, RULES));
        fail(ONE, 2);
        healths.probed(ONE, null, 10 * SECOND);

        assertThat(healths.condition(ONE, 25 * SECOND)).isEqualTo(new Condition(Obstacle.NONE, 0, 0.55));
        assertThat(healths.of(ONE, 25 * SECOND).state()).isEqualTo(State.RECOVERING);
        assertThat(healths.of(ONE, 40 * SECOND).state()).isEqualTo(State.HEALTHY);
    }

    @Test
    void healthOutlivesAChangeOfRulesButNotTheEndOfProbing() {
        healths.keep(Map.of(ONE, RULES, TWO, RULES));
        fail(ONE, 2);
        fail(TWO, 2);

        healths.keep(Map.of(ONE, new HealthRules(9, Duration.ofSeconds(99))));

        assertThat(healths.condition(ONE, 0).waitNanos()).isEqualTo(99 * SECOND);
        assertThat(healths.of(TWO, 0)).isEqualTo(Health.FRESH);
        assertThat(healths.condition(TWO, 0)).isEqualTo(Condition.READY);
        fail(TWO, 5);
        assertThat(healths.condition(TWO, 0)).isEqualTo(Condition.READY);
    }

    @Test
    void eachChangeIsToldOnceWithoutAddressAndKey() {
        Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Healths.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        logger.setLevel(Level.INFO);
        try {
            healths.keep(Map.of(ONE, RULES));
            fail(ONE, 5);
            healths.answeredForced(ONE, SECOND);
            healths.answeredForced(ONE, SECOND);
            healths.probed(ONE, null, 50 * SECOND);
        } finally {
            logger.setLevel(null);
            logger.detachAppender(told);
        }

        assertThat(told.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO);
        assertThat(told.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "up:one is unhealthy; failed probes in a row: 2, the last one with timeout",
                        "up:one is healthy again; its share of the traffic grows from now on");
    }
}

package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.BreakerRules.Memory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Consecutive failures, growing recovery, ramp. */
class BreakerRulesTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final BreakerRules rules = new BreakerRules(3, Duration.ofSeconds(60), 1);

    @Test
    void opensAfterSoManyFailuresInARow() {
        Memory memory = Memory.FRESH;
        for (int i = 0; i < 2; i++) {
            memory = rules.onFailure(memory);
            assertThat(rules.mustOpen(memory)).isFalse();
        }
        assertThat(rules.mustOpen(rules.onFailure(rules.onSuccess(memory)))).isFalse();
        assertThat(rules.mustOpen(rules.onFailure(memory))).isTrue();
    }

    @Test
    void eachOpeningTakesLongerUpToFiveMinutes() {
        Memory memory = Memory.FRESH;
        long now = 0;
        for (int n = 1; n <= 8; n++) {
            memory = rules.onOpen(memory, now, 0);
            assertThat(memory.openUntil() - now).isEqualTo(Math.min(60L * n, 300) * SECOND);
            now = memory.openUntil();
        }
    }

    @Test
    void jitterAddsAtMostATenth() {
        assertThat(rules.onOpen(Memory.FRESH, 0, 1).openUntil()).isEqualTo(66 * SECOND);
        assertThat(rules.onOpen(Memory.FRESH, 0, 0.5).openUntil()).isEqualTo(63 * SECOND);
    }

    @Test
    void fiveHealthyMinutesBringTheFirstRecoveryBack() {
        Memory twice = rules.onOpen(rules.onOpen(Memory.FRESH, 0, 0), 60 * SECOND, 0);
        Memory closed = rules.onClose(twice, 200 * SECOND);

        assertThat(rules.onOpen(closed, 499 * SECOND, 0).openings()).isEqualTo(3);
        assertThat(rules.onOpen(closed, 500 * SECOND, 0).openings()).isEqualTo(1);
    }

    @Test
    void healthLongPastDoesNotKeepTheRecoveryShort() {
        Memory memory = rules.onClose(rules.onOpen(Memory.FRESH, 0, 0), 60 * SECOND);
        long now = 1_000 * SECOND;
        for (int n = 1; n <= 4; n++) {
            memory = rules.onOpen(memory, now, 0);
            assertThat(memory.openings()).isEqualTo(n);
            now = memory.openUntil();
        }
    }

    @Test
    void theShareGrowsFromATenthToAllInHalfAMinute() {
        Memory closed = rules.onClose(rules.onOpen(Memory.FRESH, 0, 0), 60 * SECOND);

        assertThat(rules.share(Memory.FRESH, 0)).isEqualTo(1);
        assertThat(rules.share(closed, 60 * SECOND)).isEqualTo(0.1);
        assertThat(rules.share(closed, 75 * SECOND)).isEqualTo(0.55);
        assertThat(rules.share(closed, 89 * SECOND)).isLessThan(1);
        assertThat(rules.share(closed, 90 * SECOND)).isEqualTo(1);
        assertThat(rules.share(closed, 59 * SECOND))
                .as("a clock that goes back")
                .isEqualTo(0.1);
    }

    @Test
    void openingAndClosingForgetTheFailuresInARow() {
        Memory failed = rules.onFailure(rules.onFailure(Memory.FRESH));

        assertThat(rules.onOpen(failed, 0, 0).failures()).isZero();
        assertThat(rules.onClose(failed, 0).failures()).isZero();
    }
}

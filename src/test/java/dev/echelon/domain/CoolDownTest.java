package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a model is left alone. */
class CoolDownTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void nothingIsLeftAloneAtFirst() {
        assertThat(CoolDown.NONE.active(Long.MIN_VALUE)).isFalse();
        assertThat(CoolDown.NONE.active(-1)).isFalse();
    }

    @Test
    void aRetryAfterIsKeptToTheNanosecond() {
        CoolDown pause = CoolDown.NONE.after(FailureKind.RATE_LIMIT, Duration.ofSeconds(7), 100);

        assertThat(pause.active(100 + 7 * SECOND - 1)).isTrue();
        assertThat(pause.active(100 + 7 * SECOND)).isFalse();
        assertThat(pause.quarantine()).isFalse();
    }

    @Test
    void aRetryAfterIsBelievedForFiveMinutes() {
        assertThat(CoolDown.NONE
                        .after(FailureKind.RATE_LIMIT, Duration.ofDays(1), 0)
                        .until())
                .isEqualTo(300 * SECOND);
    }

    @Test
    void withoutOneThePauseDoublesFromFiveSecondsToAMinute() {
        CoolDown pause = CoolDown.NONE;
        long now = 0;
        for (long seconds : new long[] {5, 10, 20, 40, 60, 60}) {
            pause = pause.after(FailureKind.RATE_LIMIT, null, now);
            assertThat(pause.until() - now).isEqualTo(seconds * SECOND);
            now = pause.until();
        }
    }

    @Test
    void manyRefusalsAtOnceAreOne() {
        CoolDown pause = CoolDown.NONE;
        for (int i = 0; i < 50; i++) {
            pause = pause.after(FailureKind.RATE_LIMIT, null, i);
        }
        assertThat(pause.until()).isEqualTo(49 + 5 * SECOND);
    }

    @Test
    void aGoodAnswerStartsTheGrowthAnew() {
        CoolDown pause =
                CoolDown.NONE.after(FailureKind.RATE_LIMIT, null, 0).after(FailureKind.RATE_LIMIT, null, 6 * SECOND);
        CoolDown after = pause.afterSuccess();

        assertThat(after.until()).as("the pause itself is kept").isEqualTo(pause.until());
        assertThat(after.after(FailureKind.RATE_LIMIT, null, 20 * SECOND).until())
                .isEqualTo(25 * SECOND);
    }

    @Test
    void refusalsQuarantine() {
        CoolDown quota = CoolDown.NONE.after(FailureKind.QUOTA, null, 0);
        CoolDown auth = CoolDown.NONE.after(FailureKind.AUTH, null, 0);

        assertThat(quota.quarantine()).isTrue();
        assertThat(quota.until()).isEqualTo(600 * SECOND);
        assertThat(auth.quarantine()).isTrue();
        assertThat(auth.until()).isEqualTo(300 * SECOND);
    }

    @Test
    void theLaterEndWins() {
        CoolDown quota = CoolDown.NONE.after(FailureKind.QUOTA, null, 0);
        CoolDown still = quota.after(FailureKind.RATE_LIMIT, Duration.ofSeconds(3), SECOND);
        assertThat(still.until()).isEqualTo(quota.until());
        assertThat(still.quarantine()).isTrue();

        CoolDown longer = still.after(FailureKind.RATE_LIMIT, Duration.ofMinutes(5), 599 * SECOND);
        assertThat(longer.until()).isEqualTo(899 * SECOND);
        assertThat(longer.quarantine()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RATE_LIMIT", "QUOTA", "AUTH"})
    void noOtherKindCools(FailureKind kind) {
        assertThat(CoolDown.NONE.after(kind, Duration.ofSeconds(9), 0)).isSameAs(CoolDown.NONE);
    }
}

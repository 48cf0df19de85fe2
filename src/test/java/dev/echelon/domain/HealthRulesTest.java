package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.echelon.domain.Health.State;
import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A model leaves traffic after failed probes in a row and comes back by a good one. */
class HealthRulesTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final HealthRules rules = new HealthRules(3, Duration.ofSeconds(60));

    private Health probed(Health from, long now, boolean... outcomes) {
        Health health = from;
        for (boolean good : outcomes) {
            health = rules.onProbe(health, good, now);
        }
        return health;
    }

    @Test
    void onlyFailuresInARowCount() {
        assertThat(probed(Health.FRESH, 0, false, false, true, false, false).state())
                .isEqualTo(State.HEALTHY);
        assertThat(probed(Health.FRESH, 0, false, false, true, false, false, false))
                .isEqualTo(new Health(State.UNHEALTHY, 3, 0));
    }

    @Test
    void noGoodProbeCountsBeforeTheRecoveryTimeIsOver() {
        Health down = probed(Health.FRESH, 0, false, false, false);

        assertThat(probed(down, 59 * SECOND, true).state()).isEqualTo(State.UNHEALTHY);
        assertThat(rules.waitNanos(down, 59 * SECOND)).isEqualTo(SECOND);
        assertThat(probed(down, 60 * SECOND, true)).isEqualTo(new Health(State.RECOVERING, 0, 60 * SECOND));
        assertThat(rules.waitNanos(down, 61 * SECOND)).isZero();
    }

    @Test
    void failuresWhileItIsDownDoNotMakeItLonger() {
        Health down = probed(Health.FRESH, 0, false, false, false);

        assertThat(probed(down, 70 * SECOND, false, true).state()).isEqualTo(State.RECOVERING);
    }

    @Test
    void itsShareGrowsForHalfAMinuteAndThenItIsHealthy() {
        Health back = new Health(State.RECOVERING, 0, 0);

        assertThat(rules.share(back, 0)).isEqualTo(0.1);
        assertThat(rules.share(back, 15 * SECOND)).isEqualTo(0.55);
        assertThat(rules.at(back, 29 * SECOND).state()).isEqualTo(State.RECOVERING);
        assertThat(rules.at(back, 30 * SECOND).state()).isEqualTo(State.HEALTHY);
        assertThat(rules.share(back, 30 * SECOND)).isEqualTo(1);
    }

    @Test
    void theAnswerToAForcedProbeBringsItBackAtOnce() {
        Health down = probed(Health.FRESH, 0, false, false, false);

        assertThat(rules.onForcedAnswer(down, SECOND)).isEqualTo(new Health(State.RECOVERING, 0, SECOND));
        assertThat(rules.onForcedAnswer(Health.FRESH, SECOND)).isEqualTo(Health.FRESH);
    }

    /** Against a few plain variables, in any order of events, from any beginning of time. */
    @Property(tries = 500)
    void agreesWithTheModel(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int threshold, @ForAll long start) {
        Random random = new Random(seed);
        int recovery = 1 + random.nextInt(90);
        HealthRules ours = new HealthRules(threshold, Duration.ofSeconds(recovery));
        double badness = random.nextDouble();
        Health health = Health.FRESH;
        // seconds since the start; -1 is never
        int clock = 0;
        int bad = 0;
        int downSince = -1;
        int backSince = -1;
        for (int i = 0; i < 200; i++) {
            clock += random.nextInt(random.nextInt(10) == 0 ? 200 : 12);
            long now = start + clock * SECOND;
            if (random.nextInt(12) == 0) {
                health = ours.onForcedAnswer(health, now);
                if (downSince >= 0) {
                    downSince = -1;
                    backSince = clock;
                    bad = 0;
                }
            } else if (random.nextDouble() < badness) {
                health = ours.onProbe(health, false, now);
                bad++;
                if (downSince < 0 && bad >= threshold) {
                    downSince = clock;
                    backSince = -1;
                }
            } else {
                health = ours.onProbe(health, true, now);
                bad = 0;
                if (downSince >= 0 && clock >= downSince + recovery) {
                    downSince = -1;
                    backSince = clock;
                }
            }
            boolean ramping = backSince >= 0 && clock < backSince + 30;
            State expected = downSince >= 0 ? State.UNHEALTHY : ramping ? State.RECOVERING : State.HEALTHY;
            assertThat(ours.at(health, now).state()).as("state at step %d", i).isEqualTo(expected);
            assertThat(health.failures()).as("failures at step %d", i).isEqualTo(bad);
            assertThat(ours.waitNanos(health, now))
                    .isEqualTo(downSince < 0 ? 0 : Math.max(0, downSince + recovery - clock) * SECOND);
            double share = ramping ? 0.1 + 0.9 * (clock - backSince) / 30 : 1;
            assertThat(ours.share(health, now)).isCloseTo(share, within(1e-9));
        }
    }
}

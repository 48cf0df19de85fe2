package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** When and how often a second attempt is allowed. */
class HedgeGateTest {

    private static final long MILLI = 1_000_000;

    private static HedgeGate gate(double share) {
        return new HedgeGate(new HedgeGate.Rules(0.95, share, Duration.ofMillis(20)));
    }

    @Test
    void nothingIsSlowUntilEnoughIsKnown() {
        HedgeGate gate = gate(0.05);
        for (int i = 0; i < 31; i++) {
            assertThat(gate.begin()).isEqualTo(HedgeGate.NEVER);
            gate.answered(100 * MILLI);
        }
        gate.answered(100 * MILLI);

        assertThat(gate.begin()).isEqualTo(100 * MILLI);
    }

    @Test
    void slowIsWhatNineteenOfTwentyAreNot() {
        HedgeGate gate = gate(0.05);
        for (int i = 1; i <= 128; i++) {
            gate.answered(i * MILLI);
        }
        assertThat(gate.begin()).isBetween(120 * MILLI, 123 * MILLI);

        for (int i = 0; i < 128; i++) {
            gate.answered(MILLI);
        }
        assertThat(gate.begin()).as("not before its least delay").isEqualTo(20 * MILLI);
    }

    @Test
    void aLeaveThatWasNotUsedIsThereForTheNext() {
        HedgeGate gate = gate(0.05);
        for (int i = 0; i < 20; i++) {
            gate.begin();
        }
        assertThat(gate.tryHedge()).isTrue();
        assertThat(gate.tryHedge()).isFalse();
        gate.giveBack();
        assertThat(gate.tryHedge()).isTrue();
    }

    @Property(tries = 100)
    void hedgesAreNeverMoreThanTheirShare(
            @ForAll @DoubleRange(min = 0, max = 0.05) double share,
            @ForAll @IntRange(min = 1, max = 5000) int requests) {
        HedgeGate gate = gate(share);
        int hedges = 0;
        for (int i = 1; i <= requests; i++) {
            gate.begin();
            hedges += gate.tryHedge() ? 1 : 0;
            assertThat(hedges).isLessThanOrEqualTo((int) Math.ceil(share * i));
        }
        assertThat(hedges).isGreaterThanOrEqualTo((int) (share * requests * 0.99) - 1);
    }
}

package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** How many requests short memory lets in. */
class HeapGateTest {

    private final HeapGate gate = new HeapGate();

    @Test
    void eachFullCollectionHalvesWhatMayBeInFlight() {
        assertThat(gate.ceiling()).isEqualTo(HeapGate.UNBOUNDED);
        gate.collected(0.96, 1000);
        assertThat(gate.ceiling()).isEqualTo(500);
        gate.collected(0.99, 490);
        assertThat(gate.ceiling()).isEqualTo(245);
    }

    @Test
    void theBoundIsLiftedWhenThereIsRoomAndNotBefore() {
        gate.collected(0.96, 1000);
        gate.collected(0.93, 300);
        assertThat(gate.ceiling()).isEqualTo(500);
        gate.collected(0.91, 300);
        assertThat(gate.ceiling()).isEqualTo(HeapGate.UNBOUNDED);
    }

    @Property
    void someAlwaysGetIn(
            @ForAll @Size(max = 50) List<@DoubleRange(min = 0, max = 1) Double> collections,
            @ForAll @IntRange(min = 0, max = 10_000) int inFlight) {
        collections.forEach(use -> gate.collected(use, inFlight));

        assertThat(gate.ceiling()).isGreaterThanOrEqualTo(4);
    }
}

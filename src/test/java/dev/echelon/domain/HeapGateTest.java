package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.HeapGate.Stage;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What short memory sheds, and when it is taken up again. */
class HeapGateTest {

    private final HeapGate gate = new HeapGate();

    @Test
    void cachesGoFirstThenKafkaThenNewRequests() {
        List<Stage> stages = new ArrayList<>();
        for (double use : new double[] {0.80, 0.86, 0.91, 0.96}) {
            gate.collected(use, 1000);
            stages.add(gate.stage());
        }
        assertThat(stages).containsExactly(Stage.NOTHING, Stage.CACHES, Stage.KAFKA, Stage.REQUESTS);
    }

    @ParameterizedTest
    @CsvSource({
        "0.84, 1, false, false",
        "0.86, 0.5, false, false",
        "0.91, 0, true, false",
        "0.96, 0, true, true",
    })
    void eachStageDoesWhatThoseBeforeItDo(double use, double share, boolean heldBack, boolean refused) {
        gate.collected(use, 1000);

        assertThat(gate.cacheShare()).isEqualTo(share);
        assertThat(gate.holdsBack()).isEqualTo(heldBack);
        assertThat(gate.ceiling() < HeapGate.UNBOUNDED).isEqualTo(refused);
        assertThat(gate.lastUse()).isEqualTo(use);
    }

    @Test
    void eachFullCollectionHalvesWhatCachesMayHoldUntilThatIsNothing() {
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            gate.collected(0.86, 0);
            shares.add(gate.cacheShare());
        }
        assertThat(shares).containsExactly(0.5, 0.25, 0.125, 0.0625, 0.0, 0.0);
        gate.collected(0.83, 0);
        assertThat(gate.cacheShare()).isZero();
        gate.collected(0.81, 0);
        assertThat(gate.cacheShare()).isOne();
    }

    @Test
    void whatWasShedIsTakenUpAgainInTheOtherOrder() {
        gate.collected(0.96, 1000);
        List<Stage> stages = new ArrayList<>();
        for (double use : new double[] {0.93, 0.91, 0.88, 0.86, 0.83, 0.81}) {
            gate.collected(use, 1000);
            stages.add(gate.stage());
        }
        assertThat(stages)
                .containsExactly(Stage.REQUESTS, Stage.KAFKA, Stage.KAFKA, Stage.CACHES, Stage.CACHES, Stage.NOTHING);
    }

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

    @Property
    void calmMemoryShedsNothingWhateverWasBefore(
            @ForAll @Size(max = 50) List<@DoubleRange(min = 0, max = 1) Double> collections) {
        collections.forEach(use -> gate.collected(use, 100));
        gate.collected(0.5, 100);

        assertThat(gate.stage()).isEqualTo(Stage.NOTHING);
        assertThat(gate.cacheShare()).isOne();
        assertThat(gate.ceiling()).isEqualTo(HeapGate.UNBOUNDED);
    }
}

package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be committed while records finish in any order, and what a restart makes of it. */
class PartitionTrackerTest {

    @Test
    void onlyWhatLiesBelowTheLowestOpenRecordIsCommitted() {
        PartitionTracker tracker = PartitionTracker.fresh();
        for (long offset = 10; offset < 15; offset++) {
            assertThat(tracker.begin(offset, offset)).isTrue();
        }
        tracker.finish(11);
        tracker.finish(13);

        PartitionTracker.Mark mark = tracker.mark();
        assertThat(mark).isNotNull();
        assertThat(mark == null ? -1 : mark.offset()).isEqualTo(10);
        assertThat(tracker.mark()).isNull();
        assertThat(tracker.oldest(99)).isEqualTo(10);

        tracker.finish(10);
        assertThat(tracker.base()).isEqualTo(12);
        tracker.markAgain();
        assertThat(tracker.mark()).isNotNull();
    }

    @Test
    void whoeverReadsThePartitionNextLeavesOutWhatIsFinished() {
        PartitionTracker tracker = PartitionTracker.fresh();
        for (long offset = 0; offset < 100; offset++) {
            tracker.begin(offset, 0);
        }
        for (long offset = 1; offset < 100; offset += 2) {
            tracker.finish(offset);
        }
        PartitionTracker next = restored(tracker);

        for (long offset = 0; offset < 100; offset++) {
            assertThat(next.begin(offset, 0)).isEqualTo(offset % 2 == 0);
        }
        assertThat(next.open()).isEqualTo(50);
    }

    @Test
    void itKnowsHowFarHasBeenRead() {
        PartitionTracker tracker = PartitionTracker.restore(5, "");
        assertThat(tracker.isPast(4)).isTrue();
        assertThat(tracker.isPast(5)).isFalse();

        tracker.begin(5, 0);
        tracker.begin(8, 0);
        tracker.finish(5);

        assertThat(tracker.isPast(8)).isTrue();
        assertThat(tracker.isPast(9)).isFalse();
        assertThat(tracker.covers(4)).isFalse();
        assertThat(tracker.covers(5)).isTrue();
        assertThat(tracker.covers(9)).isTrue();
        assertThat(tracker.covers(10)).isFalse();
        assertThat(PartitionTracker.fresh().isPast(0)).isFalse();
        assertThat(PartitionTracker.fresh().covers(0)).isFalse();
    }

    @Test
    void moreIsNotRememberedThanACommitHolds() {
        PartitionTracker tracker = PartitionTracker.fresh();
        long offset = 0;
        while (tracker.hasRoom(16)) {
            for (int i = 0; i < 16; i++) {
                tracker.begin(offset, 0);
                if (offset > 0) {
                    tracker.finish(offset);
                }
                offset++;
            }
        }
        PartitionTracker.Mark mark = tracker.mark();

        assertThat(offset).isBetween(20_000L, (long) FinishedOffsets.MAX_SPAN);
        assertThat(mark == null ? "" : mark.metadata()).hasSizeBetween(3_000, 4_096);
        PartitionTracker next = restored(tracker);
        assertThat(next.begin(0, 0)).isTrue();
        assertThat(next.begin(offset - 1, 0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "e1.", "e1.%%%", "e2.AAAA", "somebody else's", "e1.AA==", "\u0000"})
    void metadataOfOthersMeansThatNothingIsFinished(String metadata) {
        PartitionTracker tracker = PartitionTracker.restore(3, metadata);

        assertThat(tracker.begin(3, 0)).isTrue();
        assertThat(tracker.begin(4, 0)).isTrue();
    }

    /** Records finish in any order, commits fall anywhere, and the process dies at any moment, again and again. */
    @Property(tries = 500)
    void nothingIsLostAndNothingThatACommitKnowsIsRepeated(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int records) {
        Random random = new Random(seed);
        List<Long> log = log(random, records);
        Set<Long> done = new HashSet<>();
        Set<Long> known = new HashSet<>();
        long committed = -1;
        String metadata = "";
        while (done.size() < log.size()) {
            PartitionTracker tracker =
                    committed < 0 ? PartitionTracker.fresh() : PartitionTracker.restore(committed, metadata);
            int position = committed < 0 ? 0 : firstFrom(log, committed);
            TreeSet<Long> open = new TreeSet<>();
            // what no commit knew is done again
            done = new HashSet<>(known);
            int steps = 10 + random.nextInt(4 * records);
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        if (position < log.size()) {
                            long offset = log.get(position++);
                            if (tracker.begin(offset, step)) {
                                assertThat(known).doesNotContain(offset);
                                open.add(offset);
                            } else {
                                assertThat(done).contains(offset);
                            }
                        }
                    }
                    case 2, 3 -> {
                        if (!open.isEmpty()) {
                            long offset = new ArrayList<>(open).get(random.nextInt(open.size()));
                            open.remove(offset);
                            done.add(offset);
                            tracker.finish(offset);
                        }
                    }
                    default -> {
                        PartitionTracker.Mark mark = tracker.mark();
                        if (mark != null) {
                            committed = mark.offset();
                            metadata = mark.metadata();
                            known = new HashSet<>(done);
                            assertThat(open.isEmpty() ? Long.MAX_VALUE : open.first())
                                    .isGreaterThanOrEqualTo(committed);
                            for (long offset : log) {
                                assertThat(offset >= committed || done.contains(offset))
                                        .isTrue();
                            }
                        }
                    }
                }
                assertThat(tracker.open()).isEqualTo(open.size());
            }
        }
    }

    /** Offsets with gaps, as compaction and transactions leave them. */
    private static List<Long> log(Random random, int records) {
        List<Long> log = new ArrayList<>();
        long offset = random.nextInt(1_000);
        for (int i = 0; i < records; i++) {
            log.add(offset);
            offset += random.nextInt(10) == 0 ? 1 + random.nextInt(20) : 1;
        }
        return log;
    }

    private static int firstFrom(List<Long> log, long offset) {
        int position = 0;
        while (position < log.size() && log.get(position) < offset) {
            position++;
        }
        return position;
    }

    private static PartitionTracker restored(PartitionTracker tracker) {
        tracker.markAgain();
        PartitionTracker.Mark mark = tracker.mark();
        if (mark == null) {
            throw new AssertionError("nothing to commit");
        }
        return PartitionTracker.restore(mark.offset(), mark.metadata());
    }
}

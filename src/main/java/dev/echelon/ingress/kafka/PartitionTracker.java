package dev.echelon.ingress.kafka;

import java.util.BitSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which records of one partition are under way. Only what lies below the lowest open record may be committed; finished
 * ones above it are written into the commit's metadata, so that whoever reads the partition next leaves them out. Used by
 * one thread.
 */
final class PartitionTracker {

    private static final long UNKNOWN = -1;

    private final TreeMap<Long, Long> open = new TreeMap<>();
    private final BitSet restored;
    private final boolean ofCutLog;
    private int running;
    private long floor;
    private long next;
    private long finished;
    private long committed;
    private boolean dirty;
    private boolean revoked;
    private boolean released;

    /**
     * What is to be committed.
     *
     * @param offset of the first record that is not known to be finished
     * @param metadata the finished ones above it
     */
    record Mark(long offset, String metadata) {}

    private PartitionTracker(long floor, BitSet restored, boolean ofCutLog) {
        this.ofCutLog = ofCutLog;
        this.floor = floor;
        this.next = floor;
        this.restored = restored;
    }

    /** Of a partition that nobody has committed yet. */
    static PartitionTracker fresh() {
        return new PartitionTracker(UNKNOWN, new BitSet(), false);
    }

    /** Of a partition whose log was cut below what had been read: what was committed of it means other records. */
    static PartitionTracker ofCutLog() {
        return new PartitionTracker(UNKNOWN, new BitSet(), true);
    }

    static PartitionTracker restore(long committed, @Nullable String metadata) {
        return new PartitionTracker(committed, FinishedOffsets.read(metadata), false);
    }

    /** Whether it lies below what has been read. */
    boolean isPast(long offset) {
        return offset < next;
    }

    /** Whether what is from there on has been read, or is what is read next. */
    boolean covers(long offset) {
        return floor != UNKNOWN && offset >= floor && offset <= next;
    }

    /** Whether no earlier commit tells anything of its records. */
    boolean isOfCutLog() {
        return ofCutLog;
    }

    /**
     * A record has been read, above all that were before it.
     *
     * @return whether it is to be processed; not when it is finished already
     */
    boolean begin(long offset, long now) {
        if (floor == UNKNOWN) {
            floor = offset;
        }
        next = offset + 1;
        dirty = true;
        if (restored(offset)) {
            return false;
        }
        open.put(offset, now);
        return true;
    }

    void finish(long offset) {
        if (open.remove(offset) != null) {
            finished++;
            dirty = true;
        }
    }

    /** How many have been finished; what a commit of now covers. */
    long finished() {
        return finished;
    }

    /** @param covered {@link #finished} when it was committed */
    void committed(long covered) {
        committed = Math.max(committed, covered);
    }

    /** How many of the finished ones are repeated if the process dies now. */
    long uncommitted() {
        return finished - committed;
    }

    /** The commit that is due; {@code null} when nothing has changed since the last one. */
    @Nullable
    Mark mark() {
        if (!dirty || floor == UNKNOWN) {
            return null;
        }
        dirty = false;
        return mark(open.navigableKeySet());
    }

    /** What is to be committed along with the replies to these records, which stay open until that has been done. */
    Mark markWith(Set<Long> replied) {
        NavigableSet<Long> left = new TreeSet<>(open.keySet());
        left.removeAll(replied);
        return mark(left);
    }

    /** The commit did not get through. */
    void markAgain() {
        dirty = true;
    }

    private Mark mark(NavigableSet<Long> unfinished) {
        long base = unfinished.isEmpty() ? next : unfinished.first();
        BitSet finished = new BitSet();
        if (next > base) {
            finished.set(0, (int) Math.min(next - base, FinishedOffsets.MAX_SPAN));
            for (long offset : unfinished) {
                if (offset - base < FinishedOffsets.MAX_SPAN) {
                    finished.clear((int) (offset - base));
                }
            }
        }
        long end = Math.min(floor + restored.length(), base + FinishedOffsets.MAX_SPAN);
        for (long offset = Math.max(next, base); offset < end; offset++) {
            finished.set((int) (offset - base), restored(offset));
        }
        return new Mark(base, FinishedOffsets.write(finished));
    }

    private boolean restored(long offset) {
        long bit = offset - floor;
        return bit < restored.length() && restored.get((int) bit);
    }

    /** Whether the record needs no reply any more. */
    boolean isFinished(long offset) {
        return offset < floor || restored(offset) || (offset < next && !open.containsKey(offset));
    }

    /** The lowest open offset; the next one to be read when none is open. */
    long base() {
        return open.isEmpty() ? next : open.firstKey();
    }

    /** Records that are open. */
    int open() {
        return open.size();
    }

    /** Something is done for one of them. */
    void started() {
        running++;
    }

    /** It is done, or left for later. */
    void stopped() {
        running--;
    }

    /** Open records that nothing is done for. */
    int waiting() {
        return Math.max(0, open.size() - running);
    }

    /** When the oldest open record was begun; {@code now} when none is open. */
    long oldest(long now) {
        return open.isEmpty() ? now : open.firstEntry().getValue();
    }

    /** Whether so many more records may be read without more being remembered than a commit can hold. */
    boolean hasRoom(int more) {
        return next - base() + more <= FinishedOffsets.MAX_SPAN;
    }

    /** The partition is about to become another's. */
    void revoke() {
        revoked = true;
    }

    boolean isRevoked() {
        return revoked;
    }

    /** Nothing of it may be committed any more. */
    void release() {
        revoked = true;
        released = true;
    }

    /** Whether what is under way may still be finished before it is another's. */
    boolean isLeaving() {
        return revoked && !released;
    }

    boolean isReleased() {
        return released;
    }
}

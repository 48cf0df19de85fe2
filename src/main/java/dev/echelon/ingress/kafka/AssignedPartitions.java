package dev.echelon.ingress.kafka;

import dev.echelon.domain.PromptLoad;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What a consumer knows of the partitions that are its own. Used by one thread. */
final class AssignedPartitions {

    private final Map<TopicPartition, PartitionTracker> trackers = new HashMap<>();
    private final Set<TopicPartition> unknown = new HashSet<>();
    private final Set<TopicPartition> held = new HashSet<>();

    Set<TopicPartition> all() {
        Set<TopicPartition> all = new HashSet<>(unknown);
        all.addAll(trackers.keySet());
        return all;
    }

    void assigned(Collection<TopicPartition> partitions) {
        unknown.addAll(partitions);
    }

    /** Those of which it is not known yet what has been finished; nothing may be read of them. */
    Set<TopicPartition> unknown() {
        return Set.copyOf(unknown);
    }

    /** What has been committed of all that were unknown. */
    void learned(Map<TopicPartition, OffsetAndMetadata> committed) {
        for (TopicPartition partition : unknown) {
            OffsetAndMetadata mark = committed.get(partition);
            trackers.put(
                    partition,
                    mark == null ? PartitionTracker.fresh() : PartitionTracker.restore(mark.offset(), mark.metadata()));
        }
        unknown.clear();
    }

    PartitionTracker tracker(TopicPartition partition) {
        return trackers.computeIfAbsent(partition, any -> PartitionTracker.fresh());
    }

    /**
     * A record has been read. Where it lies below what had been read before, the log was cut there, by an election of a
     * leader that did not have all of it, or was made anew: it holds other records from there on, of which nothing is known.
     *
     * @return whether that is so; what was under way of the partition has been released then
     */
    boolean startAnewIfCut(TopicPartition partition, long offset) {
        PartitionTracker known = trackers.get(partition);
        if (known == null || !known.isPast(offset)) {
            return false;
        }
        known.release();
        trackers.put(partition, PartitionTracker.ofCutLog());
        return true;
    }

    /** Whether what is from there on has been read, or is what is read next. */
    boolean covers(TopicPartition partition, long offset) {
        PartitionTracker tracker = trackers.get(partition);
        return tracker != null && tracker.covers(offset);
    }

    /** Whether so many more records of it may be read. */
    boolean hasRoom(TopicPartition partition, int more) {
        PartitionTracker tracker = trackers.get(partition);
        return !unknown.contains(partition) && (tracker == null || tracker.hasRoom(more));
    }

    /** Records that are open. */
    int open() {
        return trackers.values().stream().mapToInt(PartitionTracker::open).sum();
    }

    /**
     * What they hold, by topic.
     *
     * @param stopped those that are not read at the moment
     */
    Map<String, PromptLoad> load(Set<TopicPartition> stopped, long now) {
        Map<String, PromptLoad> topics = new HashMap<>();
        for (TopicPartition partition : all()) {
            PartitionTracker tracker = trackers.get(partition);
            int paused = stopped.contains(partition) ? 1 : 0;
            PromptLoad load = tracker == null
                    ? new PromptLoad(1, paused, 0, 0, 0)
                    : new PromptLoad(1, paused, tracker.open(), tracker.waiting(), now - tracker.oldest(now));
            topics.merge(partition.topic(), load, PromptLoad::plus);
        }
        return topics;
    }

    /** The commits that are due. */
    Map<TopicPartition, OffsetAndMetadata> marks() {
        return marks(trackers.keySet());
    }

    /** Those of some partitions. */
    Map<TopicPartition, OffsetAndMetadata> marks(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> marks = new HashMap<>();
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.get(partition);
            PartitionTracker.Mark mark = tracker == null ? null : tracker.mark();
            if (mark != null) {
                marks.put(partition, new OffsetAndMetadata(mark.offset(), mark.metadata()));
            }
        }
        return marks;
    }

    /**
     * What a commit of now covers.
     *
     * @return to be run when it got through, be these partitions then still the same or have they gone and come back
     */
    Runnable covered(Collection<TopicPartition> partitions) {
        Map<PartitionTracker, Long> finished = new HashMap<>();
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = tracker(partition);
            finished.put(tracker, tracker.finished());
        }
        return () -> finished.forEach(PartitionTracker::committed);
    }

    /** How many have been finished since the last commits that got through. */
    int uncommitted() {
        return (int) trackers.values().stream()
                .mapToLong(PartitionTracker::uncommitted)
                .sum();
    }

    /** The commit did not get through. */
    void markAgain(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.get(partition);
            if (tracker != null) {
                tracker.markAgain();
            }
        }
    }

    /** They are being taken away. */
    void revoke(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.get(partition);
            if (tracker != null) {
                tracker.revoke();
            }
        }
    }

    void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            PartitionTracker tracker = trackers.remove(partition);
            if (tracker != null) {
                tracker.release();
            }
        }
        unknown.removeAll(partitions);
        held.removeAll(partitions);
    }

    /** Nothing is to be read of them, because Camel wants it so. */
    void hold(Collection<TopicPartition> partitions) {
        held.addAll(partitions);
    }

    void letGo(Collection<TopicPartition> partitions) {
        held.removeAll(partitions);
    }

    boolean isHeld(TopicPartition partition) {
        return held.contains(partition);
    }

    boolean isAnyHeld() {
        return !held.isEmpty();
    }
}

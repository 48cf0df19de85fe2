package dev.echelon.domain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * At most so many at once, the batch lane not even so many, with a short bounded queue in which the interactive lane goes
 * first. A permit is given back exactly once; whoever gives it back hands
 * it to the first in the queue. Nobody is let into the queue who would very likely wait in vain. Nothing waits on a
 * thread. Thread-safe.
 */
public final class ConcurrencyLimit {

    private static final double WEIGHT_OF_LATEST = 0.1;

    /** Turns come irregularly: whoever would need all of its patience on average would wait in vain half of the time. */
    private static final double SAFETY = 0.5;

    private final int limit;
    private final int batchLimit;
    private final int queueLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Place> queue = new ArrayDeque<>();
    private final Deque<Place> batchQueue = new ArrayDeque<>();
    private double averageHeld;

    /** Changed under the lock only; whoever just looks needs none. */
    private volatile int inUse;
    /** A limit whose queue is as long as itself, at most 100. */
    public ConcurrencyLimit(int limit) {
        this(limit, limit);
    }

    /** @param batchLimit permits in use up to which the batch lane may take one */
    public ConcurrencyLimit(int limit, int batchLimit) {
        this.limit = limit;
        this.batchLimit = batchLimit;
        this.queueLimit = Math.min(limit, 100);
    }

    /** Takes a permit if one is free; nobody is ahead then, for who queues does so only while none is. */
    public boolean tryAcquire(Lane lane) {
        lock.lock();
        try {
            if (inUse >= limitOf(lane)) {
                return false;
            }
            use(1);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a place in the queue.
     *
     * @param lane which queue
     * @param patience nanoseconds that the place is worth waiting
     * @param onGranted runs on the thread that gives a permit back, or at once when one has become free meanwhile; the
     *     place then holds that permit
     * @return {@code null} when the queue is full, or so long that the turn would come too late
     */
    @Nullable
    public Place enqueue(Lane lane, long patience, Runnable onGranted) {
        Place place = new Place(onGranted);
        lock.lock();
        try {
            if (inUse >= limitOf(lane)) {
                boolean room = waiting() < queueLimit && expectedWait() <= patience * SAFETY;
                return room && (lane == Lane.BATCH ? batchQueue : queue).add(place) ? place : null;
            }
            use(1);
        } finally {
            lock.unlock();
        }
        onGranted.run();
        return place;
    }

    /** Until the turn of whoever came last now: Little's law. */
    private double expectedWait() {
        return averageHeld * (waiting() + 1) / limit;
    }

    /**
     * Gives a permit back.
     *
     * @param heldNanos how long it was held; 0 when it was not used
     */
    public void release(long heldNanos) {
        Place next;
        lock.lock();
        try {
            if (heldNanos > 0) {
                averageHeld += (heldNanos - averageHeld) * WEIGHT_OF_LATEST;
            }
            use(-1);
            next = queue.poll();
            if (next == null && inUse < batchLimit) {
                next = batchQueue.poll();
            }
            if (next != null) {
                use(1);
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.onGranted.run();
        }
    }

    public boolean hasRoom(Lane lane) {
        return inUse < limitOf(lane);
    }

    private void use(int more) {
        int before = inUse;
        inUse = before + more;
    }

    private int limitOf(Lane lane) {
        return lane == Lane.BATCH ? batchLimit : limit;
    }

    private int waiting() {
        return queue.size() + batchQueue.size();
    }

    public int limit() {
        return limit;
    }

    public int inUse() {
        return inUse;
    }

    public int queued() {
        lock.lock();
        try {
            return waiting();
        } finally {
            lock.unlock();
        }
    }

    /** A place in the queue. */
    public final class Place {

        private final Runnable onGranted;

        private Place(Runnable onGranted) {
            this.onGranted = onGranted;
        }

        /**
         * Leaves the queue.
         *
         * @return false when a permit has already been granted: then it is held and must be released
         */
        public boolean leave() {
            lock.lock();
            try {
                return queue.remove(this) || batchQueue.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}

package dev.echelon.domain;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The permits of the last while, oldest first. Up to {@value #SLOTS} are remembered each by itself. Where more are allowed,
 * those that are taken within a {@value #SLOTS}th of the window count as taken together with the last of them: no window
 * has more than the most, a wait may be longer by that much, and memory does not follow the traffic.
 */
final class SlidingWindow implements RateLimit {

    private static final int SLOTS = 1_000;
    private static final int FIRST_SIZE = 16;

    private final long nanos;
    private final int max;
    private final long together;
    private final ReentrantLock lock = new ReentrantLock();

    /** When the last permit of each slot was taken. */
    private long[] times = new long[FIRST_SIZE];

    private int[] permits = new int[FIRST_SIZE];
    private int oldest;
    private int slots;

    /** When the first permit of the newest slot was taken. */
    private long newestSince;

    /** All permits; changed under the lock only, whoever just looks whether there is room needs none. */
    private volatile int count;

    SlidingWindow(long nanos, int max) {
        this.nanos = nanos;
        this.max = max;
        this.together = max <= SLOTS ? 0 : nanos / SLOTS;
    }

    @Override
    public long tryAcquire(long now) {
        lock.lock();
        try {
            long wait = verdict(now);
            if (wait == 0) {
                forgetBefore(now);
                remember(now);
            }
            return wait;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long waitNanos(long now) {
        if (count < max) {
            return 0;
        }
        lock.lock();
        try {
            return verdict(now);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int left(long now) {
        lock.lock();
        try {
            forgetBefore(now);
            return max - count;
        } finally {
            lock.unlock();
        }
    }

    private long verdict(long now) {
        return count < max ? 0 : Math.max(0, times[oldest] + nanos - now);
    }

    private void forgetBefore(long now) {
        int left = count;
        while (slots > 0 && now - times[oldest] >= nanos) {
            left -= permits[oldest];
            oldest = at(1);
            slots--;
        }
        count = left;
    }

    private void remember(long now) {
        int known = count;
        if (slots > 0 && now - newestSince < together) {
            int newest = at(slots - 1);
            times[newest] = Math.max(times[newest], now);
            permits[newest]++;
        } else {
            makeRoom();
            int newest = at(slots);
            times[newest] = now;
            permits[newest] = 1;
            newestSince = now;
            slots++;
        }
        count = known + 1;
    }

    private void makeRoom() {
        if (slots < times.length) {
            return;
        }
        long[] largerTimes = Arrays.copyOf(times, slots * 2);
        int[] largerPermits = Arrays.copyOf(permits, slots * 2);
        for (int i = 0; i < slots; i++) {
            largerTimes[i] = times[at(i)];
            largerPermits[i] = permits[at(i)];
        }
        times = largerTimes;
        permits = largerPermits;
        oldest = 0;
    }

    /** Where the slot is that is so many after the oldest one. */
    private int at(int slot) {
        int place = oldest + slot;
        return place < times.length ? place : place - times.length;
    }
}

package dev.echelon.domain;

import java.util.concurrent.locks.ReentrantLock;

/** The permits of the last while, oldest first. Its memory follows the traffic, 8 bytes a permit. */
final class SlidingWindow implements RateLimit {

    private static final int FIRST_SIZE = 16;

    private final long nanos;
    private final int max;
    private final ReentrantLock lock = new ReentrantLock();
    private long[] times = new long[FIRST_SIZE];
    private int oldest;

    /** Changed under the lock only; whoever just looks whether there is room needs none. */
    private volatile int count;

    SlidingWindow(long nanos, int max) {
        this.nanos = nanos;
        this.max = max;
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
        while (left > 0 && now - times[oldest] >= nanos) {
            oldest = (oldest + 1) % times.length;
            left--;
        }
        count = left;
    }

    private void remember(long now) {
        int known = count;
        if (known == times.length) {
            long[] larger = new long[known * 2];
            for (int i = 0; i < known; i++) {
                larger[i] = times[(oldest + i) % known];
            }
            times = larger;
            oldest = 0;
        }
        times[(oldest + known) % times.length] = now;
        count = known + 1;
    }
}

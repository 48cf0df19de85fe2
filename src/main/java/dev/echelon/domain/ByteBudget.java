package dev.echelon.domain;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that may be held at one time. Thread-safe. */
public final class ByteBudget {

    private final long most;
    private final AtomicLong held = new AtomicLong();

    public ByteBudget(long most) {
        this.most = most;
    }

    /** Holds so many more; false, and nothing is held, when that is too much. */
    public boolean tryHold(long bytes) {
        if (held.addAndGet(bytes) <= most) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    public void release(long bytes) {
        held.addAndGet(-bytes);
    }

    public long held() {
        return held.get();
    }
}

package dev.echelon.domain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The caller's wish to stop, one a request. Cancelled at most once; listeners run once, on the cancelling thread, or at
 * once when it is already cancelled. Thread-safe.
 */
public final class Cancellation {

    @Nullable
    private List<Runnable> listeners = new ArrayList<>(2);

    public boolean isCancelled() {
        synchronized (this) {
            return listeners == null;
        }
    }

    public void cancel() {
        List<Runnable> waiting;
        synchronized (this) {
            waiting = listeners;
            listeners = null;
        }
        if (waiting != null) {
            waiting.forEach(Runnable::run);
        }
    }

    /**
     * Calls the listener on cancellation.
     *
     * @return takes the listener back; the listener may still be running then
     */
    public Registration onCancel(Runnable listener) {
        synchronized (this) {
            if (listeners != null) {
                listeners.add(listener);
                return () -> remove(listener);
            }
        }
        listener.run();
        return () -> {};
    }

    private synchronized void remove(Runnable listener) {
        if (listeners != null) {
            listeners.remove(listener);
        }
    }

    /** A listener that can be taken back. */
    @FunctionalInterface
    public interface Registration {
        void remove();
    }
}

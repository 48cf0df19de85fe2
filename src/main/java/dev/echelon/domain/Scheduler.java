package dev.echelon.domain;

/** Runs work later, or soon, on the thread a request belongs to. Nothing that is scheduled may block. */
public interface Scheduler {

    /**
     * Runs the task once after the delay.
     *
     * @param delayNanos 0 or less runs it as soon as the thread is free
     */
    Timer schedule(long delayNanos, Runnable task);

    /** Runs the task on the request's thread; at once when that is the current one. */
    void execute(Runnable task);

    /** A task that is still to run. */
    @FunctionalInterface
    interface Timer {

        Timer NONE = () -> {};

        /** Has no effect once the task has run. */
        void cancel();
    }
}

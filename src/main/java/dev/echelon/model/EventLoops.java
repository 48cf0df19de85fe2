package dev.echelon.model;

import dev.echelon.domain.Scheduler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.List;

/** Binds a request to an event loop: the one it came in on, or any when it came from elsewhere. */
public final class EventLoops {

    private final Vertx vertx;

    public EventLoops(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Whether the current thread is an event loop: what runs here must not block. */
    public static boolean onEventLoop() {
        return Context.isOnEventLoopThread();
    }

    /** A scheduler on the current event loop; on one of Vert.x's choice where the current thread is none. */
    public Scheduler current() {
        return new LoopScheduler(vertx, vertx.getOrCreateContext());
    }

    /** A scheduler on each event loop. */
    public List<Scheduler> all() {
        VertxInternal internal = (VertxInternal) vertx;
        List<Scheduler> all = new ArrayList<>();
        for (EventExecutor loop : internal.getEventLoopGroup()) {
            all.add(new LoopScheduler(
                    vertx,
                    internal.createEventLoopContext(
                            (EventLoop) loop, null, Thread.currentThread().getContextClassLoader())));
        }
        return all;
    }

    private record LoopScheduler(Vertx vertx, Context context) implements Scheduler {

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            if (delayNanos <= 0) {
                LateTask soon = new LateTask(task);
                context.runOnContext(ignored -> soon.run());
                return soon;
            }
            // a timer may not fire early: round up to Vert.x's milliseconds
            long millis = (delayNanos + 999_999) / 1_000_000;
            if (Vertx.currentContext() == context) {
                long id = vertx.setTimer(millis, ignored -> task.run());
                return () -> vertx.cancelTimer(id);
            }
            LateTask late = new LateTask(task);
            context.runOnContext(ignored -> vertx.setTimer(millis, fired -> late.run()));
            return late;
        }

        @Override
        public void execute(Runnable task) {
            if (Vertx.currentContext() == context && Context.isOnEventLoopThread()) {
                task.run();
            } else {
                context.runOnContext(ignored -> task.run());
            }
        }
    }

    /** A task that was handed to another thread and may be called off until it runs. */
    private static final class LateTask implements Scheduler.Timer {

        private final Runnable task;
        private volatile boolean cancelled;

        LateTask(Runnable task) {
            this.task = task;
        }

        void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}

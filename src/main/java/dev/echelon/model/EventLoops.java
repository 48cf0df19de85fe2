package dev.echelon.model;

import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Binds a request to an event loop: the one it came in on, or any when it came from elsewhere. Times of a second and more
 * may be {@link TimerWheel#TICK_NANOS} longer; shorter ones are exact.
 */
public final class EventLoops {

    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final VertxInternal vertx;
    private final Map<EventLoop, TimerWheel> wheels;

    public EventLoops(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
        Map<EventLoop, TimerWheel> each = new HashMap<>();
        for (EventExecutor loop : this.vertx.getEventLoopGroup()) {
            each.put((EventLoop) loop, new TimerWheel((EventLoop) loop, Ticker.SYSTEM));
        }
        this.wheels = Map.copyOf(each);
    }

    /** Whether the current thread is an event loop: what runs here must not block. */
    public static boolean onEventLoop() {
        return Context.isOnEventLoopThread();
    }

    /** A scheduler on the current event loop; on one of Vert.x's choice where the current thread is none. */
    public Scheduler current() {
        return scheduler(vertx.getOrCreateContext());
    }

    /** A scheduler on each event loop. */
    public List<Scheduler> all() {
        List<Scheduler> all = new ArrayList<>();
        ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
        wheels.keySet().forEach(loop -> all.add(scheduler(vertx.createEventLoopContext(loop, null, classLoader))));
        return all;
    }

    private Scheduler scheduler(ContextInternal context) {
        EventLoop loop = context.nettyEventLoop();
        return new LoopScheduler(context, loop, Objects.requireNonNull(wheels.get(loop)));
    }

    private record LoopScheduler(ContextInternal context, EventLoop loop, TimerWheel wheel) implements Scheduler {

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            if (delayNanos > 0 && loop.inEventLoop()) {
                return later(delayNanos, task);
            }
            LateTask late = new LateTask(task);
            context.runOnContext(ignored -> {
                if (delayNanos > 0) {
                    later(delayNanos, late::run);
                } else {
                    late.run();
                }
            });
            return late;
        }

        private Timer later(long delayNanos, Runnable task) {
            Runnable onContext = () -> context.emit(task, Runnable::run);
            if (delayNanos >= SHORT_NANOS) {
                return wheel.schedule(delayNanos, onContext);
            }
            Future<?> timer = loop.schedule(onContext, delayNanos, TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
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

package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.Scheduler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the timers of a wheel fire, and what is left of those that were called off. */
final class TimerWheelTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> fired = new ArrayList<>();
    private long now = 7 * MILLI + 1;
    private final TimerWheel wheel = new TimerWheel(channel.eventLoop(), () -> now);

    TimerWheelTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.close().syncUninterruptibly();
    }

    private void pass(long nanos) {
        now += nanos;
        channel.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
        channel.runPendingTasks();
    }

    private void set(long nanos, String name) {
        wheel.schedule(nanos, () -> fired.add(name));
    }

    private boolean asleep() {
        return channel.runScheduledPendingTasks() < 0;
    }

    @Test
    void aTimerFiresNeverEarlyAndAtMostATickLate() {
        set(SECOND, "a");
        pass(SECOND - 1);
        assertThat(fired).isEmpty();
        pass(TimerWheel.TICK_NANOS + 1);
        assertThat(fired).containsExactly("a");
        pass(60 * SECOND);
        assertThat(fired).containsExactly("a");
        assertThat(asleep()).isTrue();
    }

    @Test
    void aTimerLongerThanATurnFiresInTimeToo() {
        set(60 * SECOND, "long");
        for (int i = 0; i < 600; i++) {
            assertThat(fired).isEmpty();
            pass(100 * MILLI);
        }
        pass(TimerWheel.TICK_NANOS);
        assertThat(fired).containsExactly("long");
    }

    @Test
    void whatIsCalledOffDoesNotFireAndWakesTheLoopOnceAtMost() {
        List<Scheduler.Timer> timers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            timers.add(wheel.schedule(SECOND + i * MILLI, () -> fired.add("no")));
        }
        timers.forEach(Scheduler.Timer::cancel);
        timers.forEach(Scheduler.Timer::cancel);
        pass(SECOND + TimerWheel.TICK_NANOS);
        assertThat(asleep()).isTrue();
        pass(10 * SECOND);
        assertThat(fired).isEmpty();
        set(SECOND, "yes");
        pass(SECOND + TimerWheel.TICK_NANOS);
        assertThat(fired).containsExactly("yes");
    }

    @Test
    void theLoopSleepsUntilATimerIsDue() {
        set(2 * SECOND, "later");
        set(SECOND, "sooner");
        set(60 * SECOND, "of a later turn");
        long sleep = channel.runScheduledPendingTasks();
        assertThat(sleep).isBetween(SECOND, SECOND + TimerWheel.TICK_NANOS);
        pass(sleep);
        assertThat(fired).containsExactly("sooner");
        pass(channel.runScheduledPendingTasks());
        assertThat(fired).containsExactly("sooner", "later");
        int wakings = 0;
        while (!asleep()) {
            pass(channel.runScheduledPendingTasks());
            wakings++;
        }
        assertThat(fired).containsExactly("sooner", "later", "of a later turn");
        // once a turn of 5.12 s
        assertThat(wakings).isBetween(11, 13);
    }

    @Test
    void oneMayCallOffAnotherThatIsDueWithIt() {
        List<Scheduler.Timer> others = new ArrayList<>();
        wheel.schedule(SECOND, () -> {
            fired.add("first");
            others.forEach(Scheduler.Timer::cancel);
            set(SECOND, "set by it");
        });
        others.add(wheel.schedule(SECOND, () -> fired.add("other")));
        set(SECOND, "last");
        pass(SECOND + TimerWheel.TICK_NANOS);
        assertThat(fired).containsExactly("first", "last");
        pass(SECOND + TimerWheel.TICK_NANOS);
        assertThat(fired).containsExactly("first", "last", "set by it");
    }

    @Test
    void allThatAreDueFireWhenTheLoopWasBusyForLong() {
        set(SECOND, "a");
        set(7 * SECOND, "b");
        set(19 * SECOND, "c");
        set(40 * SECOND, "d");
        pass(20 * SECOND);
        assertThat(fired).containsExactlyInAnyOrder("a", "b", "c");
        pass(20 * SECOND + TimerWheel.TICK_NANOS);
        assertThat(fired).contains("d");
    }

    @Test
    void anyMixtureFiresInTime() {
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            long due = now + 1 + (long) (random.nextDouble() * 20 * SECOND);
            Scheduler.Timer timer = wheel.schedule(due - now, () -> {
                assertThat(now).isBetween(due, due + TimerWheel.TICK_NANOS + 3 * MILLI);
                fired.add("due");
            });
            if (i % 4 == 0) {
                timer.cancel();
            }
            pass(random.nextInt(3) * MILLI);
        }
        while (!asleep()) {
            pass(3 * MILLI);
        }
        assertThat(fired).hasSize(1_500);
    }

    @Test
    void anotherThreadMayCallOff() throws Exception {
        NioEventLoopGroup group = new NioEventLoopGroup(1);
        try {
            TimerWheel real = new TimerWheel(group.next(), System::nanoTime);
            AtomicBoolean called = new AtomicBoolean();
            CountDownLatch later = new CountDownLatch(1);
            Scheduler.Timer timer = group.submit(() -> {
                        real.schedule(40 * MILLI, later::countDown);
                        return real.schedule(20 * MILLI, () -> called.set(true));
                    })
                    .get();
            timer.cancel();
            assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(called).isFalse();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
        }
    }
}

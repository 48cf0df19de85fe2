package dev.echelon.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.echelon.domain.Cell;
import dev.echelon.domain.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A loop that does not get on is seen; the others are not suspected. */
class EventLoopWatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NioEventLoopGroup group = new NioEventLoopGroup(2, new DefaultThreadFactory("watched", true));
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Cell<Long> ahead = new Cell<>(0L);
    private final Ticker ticker = () -> System.nanoTime() + ahead.get();
    private final List<EventExecutor> loops = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(EventLoopWatch.class);
    private EventLoopWatch watch;

    @BeforeEach
    void start() {
        group.forEach(loops::add);
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.WARN);
        watch = new EventLoopWatch(group, ticker, registry);
        watch.start();
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        watch.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void aLoopThatIsBlockedIsCountedOnceAndNamedWithItsStackAndTheOtherServes() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        loops.get(1).execute(() -> blockHere(release));
        await().atMost(PATIENCE).until(() -> blocked("1") > 0);

        assertThat(blocked("1")).isEqualTo(1);
        assertThat(blocked("0")).isZero();
        assertThat(loops.get(0).submit(() -> "served").get(5, TimeUnit.SECONDS)).isEqualTo("served");
        assertThat(delay("1")).isGreaterThan(0.9);
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage()).contains("watched-", "blockHere");

        release.countDown();
        await().atMost(PATIENCE).until(() -> log.list.size() == 2);
        assertThat(log.list.get(1).getFormattedMessage()).endsWith("goes on");
        assertThat(blocked("1")).isEqualTo(1);
    }

    @Test
    void theProcessIsDeadWhenALoopHasBeenBlockedForHalfAMinuteAndAliveAgainAfterIt() throws Exception {
        EventLoopHealth health = new EventLoopHealth(watch);
        assertThat(health.call(new HashMap<>()).getState()).isEqualTo(HealthCheck.State.UP);
        CountDownLatch release = new CountDownLatch(1);
        loops.get(0).execute(() -> blockHere(release));
        await().atMost(PATIENCE).until(() -> blocked("0") > 0);
        assertThat(health.call(new HashMap<>()).getState()).isEqualTo(HealthCheck.State.UP);

        ahead.update(before -> before + EventLoopWatch.DEAD.toNanos());
        assertThat(health.call(new HashMap<>()).getState()).isEqualTo(HealthCheck.State.DOWN);

        release.countDown();
        await().atMost(PATIENCE).until(() -> health.call(new HashMap<>()).getState() == HealthCheck.State.UP);
    }

    @Test
    void aPauseOfTheWholeProcessIsNoLoopsFault() throws Exception {
        await().atMost(PATIENCE).until(() -> watch.worst().isZero());

        ahead.update(before -> before + Duration.ofMinutes(1).toNanos());

        await().atMost(PATIENCE).until(() -> watch.worst().isZero());
        TimeUnit.MILLISECONDS.sleep(50);
        assertThat(blocked("0") + blocked("1")).isZero();
        assertThat(log.list).isEmpty();
    }

    private static void blockHere(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double blocked(String loop) {
        return registry.get("echelon.event_loop.blocked")
                .tag("loop", loop)
                .counter()
                .count();
    }

    private double delay(String loop) {
        return registry.get("echelon.event_loop.delay")
                .tag("loop", loop)
                .gauge()
                .value();
    }
}

package dev.echelon.ops;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Liveness: the event loops get on. Nothing that providers do makes a process dead; a loop that has been blocked for
 * {@link EventLoopWatch#DEAD} does, for its share of the callers gets no answer any more. (Where that loop is the
 * management server's own, the probe gets no answer either.)
 */
final class EventLoopHealth extends AbstractHealthCheck {

    private final EventLoopWatch watch;

    EventLoopHealth(EventLoopWatch watch) {
        super("echelon", "event-loops");
        this.watch = watch;
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        Duration worst = watch.worst();
        result.detail("delay.ms", worst.toMillis());
        if (worst.compareTo(EventLoopWatch.DEAD) > 0) {
            result.message("an event loop is blocked").down();
        } else {
            result.up();
        }
    }
}

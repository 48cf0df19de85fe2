package dev.echelon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kafka's clients say several times a second that a broker does not answer, for as long as it does not: each of their
 * warnings is let through once a minute. Thread-safe.
 */
final class SeldomLines extends Filter<ILoggingEvent> {

    private static final String CLIENTS = "org.apache.kafka.clients.";
    private static final long PAUSE = Duration.ofMinutes(1).toMillis();

    /** Different lines that are remembered; a client has some dozens. */
    private static final int MOST = 1_000;

    private final Map<String, Long> told = new ConcurrentHashMap<>();

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (event.getLevel() != Level.WARN || !event.getLoggerName().startsWith(CLIENTS)) {
            return FilterReply.NEUTRAL;
        }
        if (told.size() >= MOST) {
            told.clear();
        }
        long now = event.getTimeStamp();
        Long last = told.get(event.getMessage());
        if (last != null && now - last < PAUSE) {
            return FilterReply.DENY;
        }
        told.put(event.getMessage(), now);
        return FilterReply.NEUTRAL;
    }
}

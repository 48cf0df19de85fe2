package dev.echelon.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lines on their way to a console that may be slow; counts those that it has no room for. Of warnings that several threads
 * write at the same moment when there is one place left, some may go uncounted.
 */
final class LogQueue extends AsyncAppender {

    private final LongAdder dropped = new LongAdder();

    /** Lines that were left out so far. */
    long dropped() {
        return dropped.sum();
    }

    /** Asked when little room is left: whether the line is to be left out. */
    @Override
    protected boolean isDiscardable(ILoggingEvent event) {
        boolean leftOut = super.isDiscardable(event) || getRemainingCapacity() == 0;
        if (leftOut) {
            dropped.increment();
        }
        return leftOut;
    }
}

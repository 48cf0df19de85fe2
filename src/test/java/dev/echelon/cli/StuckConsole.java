package dev.echelon.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A console behind a pipe that nobody reads, until it is released. */
final class StuckConsole extends AppenderBase<ILoggingEvent> {

    private final CountDownLatch release = new CountDownLatch(1);
    private final Queue<ILoggingEvent> taken = new ConcurrentLinkedQueue<>();

    void release() {
        release.countDown();
    }

    Queue<ILoggingEvent> taken() {
        return taken;
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            release.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException stopping) {
            // as a console would: it goes on writing
        }
        taken.add(event);
    }
}

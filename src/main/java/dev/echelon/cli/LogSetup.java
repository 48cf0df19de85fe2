package dev.echelon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.echelon.config.RequestDefaults.LogFormat;
import dev.echelon.config.RequestDefaults.Logging;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Applies {@code [global.logging]} to Logback: one console, text or one JSON object a line. Lines go through a queue, so
 * that a slow console never holds an event loop up. When four fifths of it are taken, lines below WARN are left out; the
 * last fifth is kept for WARN and ERROR, and only when that is full too are these left out.
 */
final class LogSetup {

    private static final String TEXT = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%replace( %kvp{NONE}){'^ $', ''}%n";
    private static final int QUEUE = 8_192;
    private static final int FLUSH_MILLIS = 2_000;

    private LogSetup() {}

    /**
     * From now on lines are queued, until the result is closed: then they are written out, and later ones at once. When
     * the process is told to stop it waits for that.
     *
     * @param exit how long it waits at most
     */
    static Queued apply(Logging logging, Duration exit) {
        use(
                queueBefore(console(context(), logging.format())),
                Level.toLevel(logging.level().name()));
        // our watch over the event loops says it sooner and once
        context().getLogger("io.vertx.core.impl.BlockedThreadChecker").setLevel(Level.ERROR);
        // its clients print all their settings
        context().getLogger("org.apache.kafka").setLevel(Level.WARN);
        return new Queued(logging.format(), exit);
    }

    /** For commands whose output is an answer: warnings only. */
    static void quiet() {
        use(console(context(), LogFormat.TEXT), Level.WARN);
    }

    /** For commands that let somebody else's program run in this process. */
    static void errorsOnly() {
        use(console(context(), LogFormat.TEXT), Level.ERROR);
    }

    /** The queue of lines. */
    static final class Queued implements AutoCloseable {

        private final LogFormat format;
        private final Duration exit;
        private final CountDownLatch written = new CountDownLatch(1);
        private final Thread atExit = new Thread(this::await, "echelon-log-flush");

        private Queued(LogFormat format, Duration exit) {
            this.format = format;
            this.exit = exit;
            Runtime.getRuntime().addShutdownHook(atExit);
        }

        private void await() {
            try {
                if (!written.await(exit.toMillis(), TimeUnit.MILLISECONDS)) {
                    close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            use(console(context(), format), root().getLevel());
            written.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException stopping) {
                // it runs, and has been let go
            }
        }
    }

    /** Lines that the queue has left out because the console was slow; 0 where none is in use. */
    static long dropped() {
        long dropped = 0;
        for (Iterator<Appender<ILoggingEvent>> used = root().iteratorForAppenders(); used.hasNext(); ) {
            dropped += used.next() instanceof LogQueue queue ? queue.dropped() : 0;
        }
        return dropped;
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
        Encoder<ILoggingEvent> encoder = format == LogFormat.JSON ? new JsonLines() : text();
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder pattern = new PatternLayoutEncoder();
        pattern.setPattern(TEXT);
        return pattern;
    }

    static LogQueue queueBefore(Appender<ILoggingEvent> console) {
        LogQueue queue = new LogQueue();
        queue.setContext(context());
        queue.setQueueSize(QUEUE);
        queue.setDiscardingThreshold(QUEUE / 5);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MILLIS);
        queue.addFilter(new SeldomLines());
        queue.addAppender(console);
        queue.start();
        return queue;
    }

    static Appender<ILoggingEvent> console(LoggerContext context, LogFormat format) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder(context, format));
        console.start();
        return console;
    }

    /** In place of all others, which write out what they hold. */
    private static void use(Appender<ILoggingEvent> appender, Level level) {
        Logger root = root();
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        root.setLevel(level);
    }

    private static Logger root() {
        return context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}

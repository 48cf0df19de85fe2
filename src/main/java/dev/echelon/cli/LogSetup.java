package dev.echelon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.echelon.config.RequestDefaults.LogFormat;
import dev.echelon.config.RequestDefaults.Logging;
import org.slf4j.LoggerFactory;

/** Applies {@code [global.logging]} to Logback: one console appender, text or one JSON object a line. */
final class LogSetup {

    private static final String TEXT = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n";

    private LogSetup() {}

    static void apply(Logging logging) {
        set(Level.toLevel(logging.level().name()), logging.format());
    }

    /** For commands whose output is an answer: warnings only. */
    static void quiet() {
        set(Level.WARN, LogFormat.TEXT);
    }

    /** For commands that let somebody else's program run in this process. */
    static void errorsOnly() {
        set(Level.ERROR, LogFormat.TEXT);
    }

    private static void set(Level level, LogFormat format) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Encoder<ILoggingEvent> encoder;
        if (format == LogFormat.JSON) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.setWithContext(false);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithFormattedMessage(true);
            json.setWithMessage(false);
            json.setWithArguments(false);
            encoder = json;
        } else {
            PatternLayoutEncoder pattern = new PatternLayoutEncoder();
            pattern.setContext(context);
            pattern.setPattern(TEXT);
            encoder = pattern;
        }
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(console);
        root.setLevel(level);
    }
}

package dev.echelon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Remembers the log's set-up: commands change it for their process; in tests others live there too. */
final class RootLogging {

    private final Logger root =
            ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<Appender<ILoggingEvent>> appenders = appenders();
    private final Level level = root.getLevel();

    void restore() {
        appenders().stream().filter(appender -> !appenders.contains(appender)).forEach(root::detachAppender);
        appenders.forEach(appender -> {
            appender.start();
            root.addAppender(appender);
        });
        root.setLevel(level);
    }

    private List<Appender<ILoggingEvent>> appenders() {
        List<Appender<ILoggingEvent>> now = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(now::add);
        return now;
    }
}

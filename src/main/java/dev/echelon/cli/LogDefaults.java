package dev.echelon.cli;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import dev.echelon.config.RequestDefaults.LogFormat;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How lines look until {@code [global.logging]} has been read: text on the console, from INFO on. In code, as reading
 * Logback's XML takes a tenth of a start. Whoever has a {@code logback.xml} of his own, because he uses Echelon as a
 * library, keeps it.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogDefaults extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        return configure(context, name -> ClassLoader.getSystemResource(name) != null);
    }

    static ExecutionStatus configure(LoggerContext context, Predicate<String> isOnClassPath) {
        if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
                || isOnClassPath.test(ClassicConstants.TEST_AUTOCONFIG_FILE)
                || isOnClassPath.test(ClassicConstants.AUTOCONFIG_FILE)) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        // else Logback looks into its own notes, and makes their dates ready for it
        context.getStatusManager().add(new NopStatusListener());
        OnDemand console = new OnDemand(context);
        console.start();
        root.addAppender(console);
        root.setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** A console that is made for its first line: mostly there is none before {@code [global.logging]} has been read. */
    private static final class OnDemand extends AppenderBase<ILoggingEvent> {

        private final LoggerContext logging;

        @Nullable
        private Appender<ILoggingEvent> console;

        OnDemand(LoggerContext logging) {
            this.logging = logging;
            setContext(logging);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (console == null) {
                console = LogSetup.console(logging, LogFormat.TEXT);
            }
            console.doAppend(event);
        }
    }
}

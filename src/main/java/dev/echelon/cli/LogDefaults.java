package dev.echelon.cli;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.echelon.config.RequestDefaults.LogFormat;
import java.util.function.Predicate;

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
        root.addAppender(LogSetup.console(context, LogFormat.TEXT));
        root.setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}

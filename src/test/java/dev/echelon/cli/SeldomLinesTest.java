package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a broker that is away does to the log. */
class SeldomLinesTest {

    private static final String CLIENT = "org.apache.kafka.clients.NetworkClient";
    private static final String AWAY = "[Producer] Connection to node {} could not be established";

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final ListAppender<ILoggingEvent> console = new ListAppender<>();
    private final AsyncAppender queue;

    SeldomLinesTest() {
        console.setContext(context);
        console.start();
        queue = LogSetup.queueBefore(console);
    }

    @AfterEach
    void stop() {
        queue.stop();
    }

    private void log(String logger, Level level, String message, long seconds) {
        LoggingEvent event = new LoggingEvent("", context.getLogger(logger), level, message, null, null);
        event.setInstant(Instant.ofEpochSecond(1_000_000 + seconds));
        queue.doAppend(event);
    }

    private List<String> told() {
        queue.stop();
        return console.list.stream()
                .map(it -> it.getInstant().getEpochSecond() - 1_000_000 + " " + it.getMessage())
                .toList();
    }

    @Test
    void aWarningOfKafkasClientsIsToldOnceAMinute() {
        for (int second = 0; second < 130; second++) {
            log(CLIENT, Level.WARN, AWAY, second);
        }
        assertThat(told()).containsExactly("0 " + AWAY, "60 " + AWAY, "120 " + AWAY);
    }

    @Test
    void whatDiffersAndWhatIsAnErrorAndWhatOthersSayIsToldAtOnce() {
        for (int i = 0; i < 2; i++) {
            log(CLIENT, Level.WARN, "[Consumer] the same of another", 0);
            log(CLIENT, Level.ERROR, "[Producer] not allowed", 0);
            log("dev.echelon.ingress.kafka.Deliveries", Level.WARN, "{} becomes a dead letter", 0);
        }
        assertThat(told())
                .containsExactly(
                        "0 [Consumer] the same of another",
                        "0 [Producer] not allowed",
                        "0 {} becomes a dead letter",
                        "0 [Producer] not allowed",
                        "0 {} becomes a dead letter");
    }
}

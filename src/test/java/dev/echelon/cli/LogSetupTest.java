package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.config.RequestDefaults.LogFormat;
import dev.echelon.testing.ApiClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How lines look, and what happens to them when nobody takes them. */
class LogSetupTest {

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("echelon.request");

    LogSetupTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @Test
    void aJsonLineIsOneFlatObject() {
        String line = line(LogFormat.JSON, () -> logger.atInfo()
                .addKeyValue("target", "fast_pool")
                .addKeyValue("attempts", 2)
                .addKeyValue("stream", true)
                .log("answered\nFAKE"));

        JsonNode json = ApiClient.json(line);
        assertThat(line.strip()).doesNotContain("\n");
        assertThat(json.path("message").asText()).isEqualTo("answered\nFAKE");
        assertThat(json.path("target").asText()).isEqualTo("fast_pool");
        assertThat(json.path("attempts").isNumber()).isTrue();
        assertThat(json.path("stream").isBoolean()).isTrue();
        assertThat(json.path("time").asText()).endsWith("Z");
        assertThat(json.path("level").asText()).isEqualTo("INFO");
        assertThat(json.path("logger").asText()).isEqualTo("echelon.request");
    }

    @Test
    void aJsonLineHoldsTheWholeExceptionAsText() {
        JsonNode json = ApiClient.json(
                line(LogFormat.JSON, () -> logger.error("broken", new IllegalStateException("because"))));

        assertThat(json.path("exception").asText()).contains("IllegalStateException: because", "LogSetupTest");
    }

    @Test
    void aTextLineEndsWithItsPairs() {
        assertThat(line(LogFormat.TEXT, () -> logger.atInfo()
                        .addKeyValue("ms", 3)
                        .addKeyValue("a", "b")
                        .log("answered")))
                .endsWith("INFO  request - answered ms=3 a=b" + System.lineSeparator());
        assertThat(line(LogFormat.TEXT, () -> logger.warn("no pairs")))
                .endsWith("WARN  request - no pairs" + System.lineSeparator());
    }

    @Test
    @Timeout(30)
    void aConsoleThatTakesNothingHoldsNobodyUpAndLosesNoWarning() throws Exception {
        StuckConsole console = new StuckConsole();
        LogQueue queue = queueBefore(console);
        for (int i = 0; i < 50_000; i++) {
            logger.info("told {}", i);
        }
        for (int i = 0; i < 1_000; i++) {
            logger.warn("warned {}", i);
        }
        assertThat(console.taken()).isEmpty();

        console.release();
        queue.stop();

        assertThat(console.taken())
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .hasSize(1_000);
        assertThat(console.taken())
                .filteredOn(event -> event.getLevel() == Level.INFO)
                .hasSizeBetween(1_000, 49_000);
        assertThat(queue.dropped()).isEqualTo(51_000 - console.taken().size());
    }

    @Test
    @Timeout(30)
    void warningsThatFindNoPlaceAreCountedToo() {
        StuckConsole console = new StuckConsole();
        LogQueue queue = queueBefore(console);
        for (int i = 0; i < 20_000; i++) {
            logger.warn("warned {}", i);
        }

        console.release();
        queue.stop();

        // the writer may have taken out what was there at some moment, so that there was room for as much again
        assertThat(console.taken()).hasSizeBetween(8_000, 17_000);
        assertThat(queue.dropped()).isEqualTo(20_000 - console.taken().size());
    }

    @Test
    void untilTheConfigurationHasBeenReadLinesAreTextFromInfoOn() {
        // the tests have a file of their own, which goes first
        assertThat(new LogDefaults().configure(context)).isEqualTo(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
        assertThat(context.getLogger("ROOT").iteratorForAppenders().hasNext()).isFalse();

        LogDefaults.configure(context, name -> false);
        PrintStream console = System.err;
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
        try {
            context.getLogger("a.b.Start").debug("not this");
            context.getLogger("a.b.Start").info("one");
            context.getLogger("a.b.Start").info("two");
        } finally {
            System.setErr(console);
        }

        assertThat(lines.toString(StandardCharsets.UTF_8).lines().map(line -> line.substring(line.indexOf(' ') + 1)))
                .containsExactly("INFO  Start - one", "INFO  Start - two");
    }

    private LogQueue queueBefore(StuckConsole console) {
        console.setContext(context);
        console.start();
        LogQueue queue = LogSetup.queueBefore(console);
        logger.addAppender(queue);
        return queue;
    }

    private String line(LogFormat format, Runnable logging) {
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        logger.addAppender(events);
        logging.run();
        Encoder<ILoggingEvent> encoder = LogSetup.encoder(context, format);
        return new String(encoder.encode(events.list.get(0)), StandardCharsets.UTF_8);
    }
}

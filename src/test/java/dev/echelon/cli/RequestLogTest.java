package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.config.RequestDefaults.LogFormat;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.StatusBehaviour;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** One line a request, with who, how and how long, and not a word of what was said. */
class RequestLogTest {

    private static final String STREAM = ",\"stream\":true";
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path configs;

    private final FakeProvider provider = FakeProvider.start();
    private final Lines lines = new Lines();
    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger requests = loggers.getLogger("echelon.request");
    private final Logger traces = loggers.getLogger("echelon.trace");

    @BeforeEach
    void listen() {
        lines.start();
        root.addAppender(lines);
        requests.setLevel(Level.INFO);
    }

    @AfterEach
    void stop() {
        root.detachAppender(lines);
        requests.setLevel(null);
        traces.setLevel(null);
        provider.close();
    }

    @Test
    void aRequestIsOneFlatJsonLine() throws Exception {
        provider.scriptFor("a", Behaviour.status(500));
        provider.alwaysFor("b", Behaviour.stream(3, Duration.ofMillis(20)));
        try (TestGateway gateway = start("")) {
            new ApiClient(gateway.url()).post(ApiClient.body("g", STREAM), "x-request-id", "caller-7");
            JsonNode line = ApiClient.json(only(LogFormat.JSON));

            assertThat(line.path("message").asText()).isEqualTo("answered");
            assertThat(line.path("logger").asText()).isEqualTo("echelon.request");
            assertThat(line.path("request").asText()).isEqualTo("caller-7");
            assertThat(line.path("outcome").asText()).isEqualTo("ok");
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("target").asText()).isEqualTo("g");
            assertThat(line.path("instance").asText()).isEqualTo("g.e1/up:b");
            assertThat(line.path("attempts").asInt()).isEqualTo(2);
            assertThat(line.path("generation").asInt()).isEqualTo(1);
            assertThat(line.path("stream").asBoolean()).isTrue();
            assertThat(line.path("ms").asLong())
                    .isGreaterThanOrEqualTo(line.path("first_token_ms").asLong());
            assertThat(line.path("tokens_in").asInt()).isEqualTo(5);
            assertThat(line.path("tokens_out").asInt()).isEqualTo(3);
            assertThat(line.has("characters")).isFalse();
        }
    }

    @Test
    void orOneTextLineOfPairs() throws Exception {
        provider.always(Behaviour.status(500));
        try (TestGateway gateway = start("")) {
            new ApiClient(gateway.url()).chat("g", "x-request-id", "caller-8");

            assertThat(only(LogFormat.TEXT))
                    .containsPattern("INFO  request - not answered request=caller-8 outcome=server_error status=502"
                            + " target=g instance=g.e1/up:b attempts=2 generation=1 stream=false ms=\\d+\\R$");
        }
    }

    @Test
    void responseLoggingAddsTheSizeOfTheAnswer() throws Exception {
        provider.always(Behaviour.text("12345 789"));
        try (TestGateway gateway = start("enable_request_logging = false\nenable_response_logging = true")) {
            ApiClient api = new ApiClient(gateway.url());
            api.chat("g");
            api.post(ApiClient.body("g", STREAM));
            await().atMost(SOON).until(() -> lines.of("echelon.request").size() == 2);

            for (ILoggingEvent event : lines.of("echelon.request")) {
                JsonNode line = ApiClient.json(write(event, LogFormat.JSON));
                assertThat(line.path("characters").asInt()).isEqualTo(9);
                assertThat(line.path("tool_calls").asInt()).isZero();
                assertThat(line.path("finish").asText()).isEqualTo("stop");
            }
        }
    }

    @Test
    void switchedOffItIsSilent() throws Exception {
        try (TestGateway gateway = start("enable_request_logging = false")) {
            assertThat(new ApiClient(gateway.url()).chat("g").statusCode()).isEqualTo(200);
        }
        assertThat(lines.of("echelon.request")).isEmpty();
    }

    @Test
    void theTraceIsLoggedAtDebugWithItsRequest() throws Exception {
        traces.setLevel(Level.DEBUG);
        provider.scriptFor("a", Behaviour.status(500));
        try (TestGateway gateway = start("")) {
            new ApiClient(gateway.url()).chat("g", "x-request-id", "caller-9");
            await().atMost(SOON).until(() -> !lines.of("echelon.trace").isEmpty());

            assertThat(write(lines.of("echelon.trace").get(0), LogFormat.TEXT))
                    .contains("DEBUG trace - ", "g.e1/up:a=server_error@", "g.e1/up:b=ok@", "request=caller-9");
        }
    }

    @Test
    void anIdThatAnotherRouteMakesUpCannotForgeALine() throws Exception {
        try (TestGateway gateway = start("")) {
            Exchange answer = gateway.context().createProducerTemplate().request("llm:g", exchange -> {
                exchange.getMessage().setBody("hello");
                exchange.getMessage().setHeader("CamelLlmRequestId", "x\r\n12:00:00 ERROR forged outcome=ok");
            });
            assertThat(answer.getException()).isNull();

            assertThat(only(LogFormat.TEXT).strip())
                    .contains("request=x__12:00:00_ERROR_forged_outcome_ok outcome=ok")
                    .doesNotContain("\n", "\r");
        }
    }

    @Test
    void noLineHoldsAPromptAKeyOrTheTextOfAnUpstream() throws Exception {
        requests.setLevel(Level.TRACE);
        traces.setLevel(Level.TRACE);
        Logger ours = loggers.getLogger("dev.echelon");
        ours.setLevel(Level.TRACE);
        provider.scriptFor("a", Behaviour.text("canary-answer"), Behaviour.status(401), Behaviour.status(500));
        provider.scriptFor("b", Behaviour.status(500).code("canary-code"), Behaviour.json("{\"canary-body\""));
        try (TestGateway gateway = start("enable_response_logging = true")) {
            ApiClient api = new ApiClient(gateway.url());
            for (int i = 0; i < 4; i++) {
                HttpResponse<String> any =
                        api.post("{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"canary-prompt\"}]}");
                assertThat(any.body()).isNotEmpty();
            }
            api.chat("canary-model");
            await().atMost(SOON).until(() -> lines.of("echelon.request").size() == 5);
        } finally {
            ours.setLevel(null);
        }

        for (ILoggingEvent event : lines.all) {
            assertThat(write(event, LogFormat.JSON))
                    .doesNotContain("canary", "key-of-up", StatusBehaviour.CANARY, ":" + provider.port());
        }
    }

    private TestGateway start(String logging) throws Exception {
        return TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .file("wrappers/pool-wrappers.toml", "[global.logging]\n" + logging + "\n")
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:a", "up:b"]
                        concurrency_limit = 100
                        rpm_limit = 1000
                        max_retries = 0
                        priority = 1
                        """)
                .start();
    }

    private String only(LogFormat format) {
        await().atMost(SOON).until(() -> !lines.of("echelon.request").isEmpty());
        List<ILoggingEvent> all = lines.of("echelon.request");
        assertThat(all).hasSize(1);
        return write(all.get(0), format);
    }

    private String write(ILoggingEvent event, LogFormat format) {
        return new String(LogSetup.encoder(loggers, format).encode(event), StandardCharsets.UTF_8);
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final Queue<ILoggingEvent> all = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            all.add(event);
        }

        List<ILoggingEvent> of(String logger) {
            return all.stream()
                    .filter(event -> event.getLoggerName().equals(logger))
                    .toList();
        }
    }
}

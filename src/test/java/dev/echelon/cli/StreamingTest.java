package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streamed answers: event by event, complete or plainly not, whatever the upstream's dialect. */
class StreamingTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";
    private static final String WITH_USAGE = STREAM + ",\"stream_options\":{\"include_usage\":true}";

    private static FakeProvider provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(configs)
                .file("task-groups/g.toml", GROUP)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("pools/p.toml", POOL)
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m"})
    void everyEventIsForwardedAsItComes(String model) throws Exception {
        provider.always(Behaviour.stream(8, Duration.ofMillis(100)).stamps());
        try (RawHttp connection = stream(model, STREAM)) {
            List<Long> arrivals = new ArrayList<>();
            List<Long> delays = new ArrayList<>();
            for (String event = connection.event(); event != null; event = connection.event()) {
                String token = event.equals("[DONE]") ? "" : token(event);
                if (!token.isEmpty()) {
                    long now = System.nanoTime();
                    arrivals.add(now);
                    delays.add(now - Long.parseLong(token.strip()));
                }
            }

            assertThat(arrivals).hasSize(8);
            assertThat(arrivals.get(7) - arrivals.get(0))
                    .isGreaterThan(Duration.ofMillis(500).toNanos());
            assertThat(delays.stream().sorted().toList().get(4))
                    .isLessThan(Duration.ofMillis(50).toNanos());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m", "g", "p"})
    void streamEndsWithDoneAndTheConnectionGoesOn(String model) throws Exception {
        provider.always(Behaviour.stream(3, Duration.ZERO));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            for (int i = 0; i < 2; i++) {
                Answer head = connection
                        .send(RawHttp.post(CHAT, ApiClient.body(model, STREAM)))
                        .head();
                List<String> events = connection.events();

                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("content-type")).startsWith("text/event-stream");
                assertThat(head.header("x-llm-instance")).isNotNull();
                assertThat(head.header("x-llm-attempts")).isEqualTo("1");
                assertThat(head.header("x-request-id")).isNotNull();
                assertThat(text(events)).isEqualTo("t0 t1 t2 ");
                assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
                assertThat(events)
                        .filteredOn(event -> event.contains("\"usage\":{"))
                        .isEmpty();
                JsonNode last = ApiClient.json(events.get(events.size() - 2));
                assertThat(last.path("object").asText()).isEqualTo("chat.completion.chunk");
                assertThat(last.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"up:m", "claude:m"})
    void usageIsToldOnceAndLastWhenItIsAskedFor(String model) throws Exception {
        provider.always(Behaviour.stream(3, Duration.ZERO));
        try (RawHttp connection = stream(model, WITH_USAGE)) {
            List<String> events = connection.events();
            JsonNode usage = ApiClient.json(events.get(events.size() - 2));

            assertThat(usage.at("/usage/completion_tokens").asLong()).isPositive();
            assertThat(usage.at("/usage/total_tokens").asLong())
                    .isEqualTo(usage.at("/usage/prompt_tokens").asLong()
                            + usage.at("/usage/completion_tokens").asLong());
            assertThat(usage.path("choices").size()).isZero();
            assertThat(events)
                    .filteredOn(event -> event.contains("\"usage\":{"))
                    .hasSize(1);
        }
    }

    @Test
    void oldClientGetsItsStreamWithoutChunks() throws Exception {
        provider.always(Behaviour.stream(3, Duration.ZERO));
        String body = ApiClient.body("up:m", STREAM);
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            Answer answer = connection
                    .send("POST " + CHAT + " HTTP/1.0\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("transfer-encoding")).isNull();
            assertThat(answer.body()).startsWith("data: {").endsWith("\n\ndata: [DONE]\n\n");
        }
    }

    private static RawHttp stream(String model, String fields) throws IOException {
        RawHttp connection = RawHttp.to(gateway.port());
        Answer head = connection
                .send(RawHttp.post(CHAT, ApiClient.body(model, fields)))
                .head();
        assertThat(head.status()).isEqualTo(200);
        return connection;
    }

    private static String token(String event) {
        return ApiClient.json(event).at("/choices/0/delta/content").asText("");
    }

    static String text(List<String> events) {
        StringBuilder text = new StringBuilder();
        events.stream().filter(event -> !event.equals("[DONE]")).forEach(event -> text.append(token(event)));
        return text.toString();
    }

    private static final String GROUP = """
            [task_group]
            name = "g"
            [task_group.echelons.e1]
            models = ["up:m", "claude:m"]
            concurrency_limit = 100
            rpm_limit = 100000
            priority = 1
            """;

    private static final String POOL = """
            [pool]
            name = "p"
            task_groups = ["g"]
            """;
}

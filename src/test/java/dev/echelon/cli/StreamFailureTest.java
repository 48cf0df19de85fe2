package dev.echelon.cli;

import static dev.echelon.cli.StreamingTest.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.RawHttp.Answer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams that break: before the first token another model answers unseen, after it the caller is told. */
class StreamFailureTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";

    private static FakeProvider provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        TestGateway.ConfigFiles files = TestGateway.in(configs);
        for (Arguments failing : endsBeforeTheFirstToken().toList()) {
            String slug = slug(failing.get()[0].toString());
            files.file("task-groups/f-" + slug + ".toml", FALLING_OVER.formatted(slug));
        }
        gateway = files.file("task-groups/g.toml", GROUP)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("wrappers/pool-wrappers.toml", GLOBAL)
                .file("wrappers/task-group-wrappers.toml", GLOBAL)
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

    static Stream<Arguments> endsBeforeTheFirstToken() {
        return Stream.of(
                Arguments.of("status", Behaviour.status(500)),
                Arguments.of("reset", Behaviour.reset()),
                Arguments.of(
                        "opened and cut", Behaviour.stream(3, Duration.ZERO).cutAfter(0)),
                Arguments.of(
                        "opened and reset", Behaviour.stream(3, Duration.ZERO).resetAfter(0)),
                Arguments.of(
                        "opened and ended", Behaviour.stream(3, Duration.ZERO).unfinishedAfter(0)),
                Arguments.of(
                        "opened and silent", Behaviour.stream(3, Duration.ZERO).stallAfter(0)),
                Arguments.of("no stream", Behaviour.json("{}")),
                Arguments.of("error event", Behaviour.stream(3, Duration.ZERO).insertAfter(0, ERROR_EVENT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endsBeforeTheFirstToken")
    void failureBeforeTheFirstTokenIsInvisible(String name, Behaviour failing) throws Exception {
        provider.alwaysFor("first-" + slug(name), failing);
        provider.alwaysFor("second", Behaviour.stream(3, Duration.ZERO));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            Answer head = connection
                    .send(RawHttp.post(CHAT, ApiClient.body("f-" + slug(name), STREAM)))
                    .head();
            List<String> events = connection.events();

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("x-llm-attempts")).isEqualTo(Integer.toString(provider.count()));
            assertThat(provider.requests("second")).hasSize(1);
            assertThat(head.header("x-llm-instance")).endsWith("/claude:second");
            assertThat(text(events)).isEqualTo("t0 t1 t2 ");
            assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
        }
    }

    static Stream<Arguments> endsAfterTheSecondToken() {
        return Stream.of("up:", "claude:")
                .flatMap(provider -> Stream.of(
                        Arguments.of(
                                provider,
                                "cut",
                                Behaviour.stream(4, Duration.ZERO).cutAfter(2)),
                        Arguments.of(
                                provider,
                                "reset",
                                Behaviour.stream(4, Duration.ofMillis(5)).resetAfter(2)),
                        Arguments.of(
                                provider,
                                "ended",
                                Behaviour.stream(4, Duration.ZERO).unfinishedAfter(2)),
                        Arguments.of(
                                provider,
                                "silent",
                                Behaviour.stream(4, Duration.ZERO).stallAfter(2)),
                        Arguments.of(
                                provider,
                                "error",
                                Behaviour.stream(4, Duration.ZERO).insertAfter(2, ERROR_EVENT))));
    }

    @Test
    void whoKnowsNoErrorEventsSeesThatThatWasNotTheEnd() {
        provider.alwaysFor("late-cut", Behaviour.stream(4, Duration.ZERO).cutAfter(2));
        HttpRequest request = HttpRequest.newBuilder(gateway.url().resolve(CHAT))
                .POST(HttpRequest.BodyPublishers.ofString(ApiClient.body("up:late-cut", STREAM)))
                .build();

        assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest(name = "{0}{1}")
    @MethodSource("endsAfterTheSecondToken")
    void failureAfterTheFirstTokenIsAnErrorEventAndTheEnd(String up, String name, Behaviour failing) throws Exception {
        provider.alwaysFor("late-" + name, failing);
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            connection.send(RawHttp.post(CHAT, ApiClient.body(up + "late-" + name, STREAM)));
            assertThat(connection.head().status()).isEqualTo(200);
            List<String> events = connection.events();
            JsonNode error = ApiClient.json(events.get(events.size() - 1)).path("error");

            assertThat(text(events.subList(0, events.size() - 1))).isEqualTo("t0 t1 ");
            assertThat(error.path("code").asText()).isEqualTo("stream_interrupted");
            assertThat(error.path("message").asText()).isNotEmpty();
            assertThat(String.join("", events)).doesNotContain("[DONE]", "upstream-canary", "127.0.0.1");
            assertThat(connection.closedByServer()).isTrue();
        }
        assertThat(provider.count()).isOne();
    }

    @Test
    void refusedStreamIsAPlainError() throws Exception {
        provider.alwaysFor("late-cut", Behaviour.status(400));
        try (RawHttp connection = RawHttp.to(gateway.port())) {
            Answer answer = connection
                    .send(RawHttp.post(CHAT, ApiClient.body("up:late-cut", STREAM)))
                    .answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(ApiClient.json(answer.body()).has("error")).isTrue();
        }
    }

    private static String slug(String name) {
        return name.replace(' ', '-');
    }

    private static final String ERROR_EVENT =
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"upstream-canary\"}}\n\n";

    private static final String GLOBAL = """
            [global]
            stream_idle_timeout = 0.4
            default_timeout = 0.5
            max_retries = 0
            """;

    private static final String GROUP = """
            [task_group]
            name = "g"
            [task_group.echelons.e1]
            models = ["up:late-cut", "up:late-reset", "up:late-ended", "up:late-silent",
              "up:late-error", "claude:late-cut", "claude:late-reset", "claude:late-ended", "claude:late-silent",
              "claude:late-error"]
            concurrency_limit = 100
            rpm_limit = 100000
            priority = 1
            """;

    private static final String FALLING_OVER = """
            [task_group]
            name = "f-%1$s"
            [task_group.echelons.e1]
            models = ["up:first-%1$s"]
            concurrency_limit = 100
            rpm_limit = 100000
            priority = 1
            [task_group.echelons.e2]
            models = ["claude:second"]
            concurrency_limit = 100
            rpm_limit = 100000
            priority = 2
            """;
}

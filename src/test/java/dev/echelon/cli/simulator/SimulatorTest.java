package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorTest {

    private static final SimulatorOptions AT_ONCE = new SimulatorOptions(Duration.ZERO, Duration.ZERO, 0, 1);
    private static final String HELLO = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    private static Vertx vertx;

    private final List<Simulator> running = new ArrayList<>();

    @BeforeAll
    static void openVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void closeVertx() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void closeSimulators() {
        running.forEach(Simulator::close);
    }

    @ParameterizedTest
    @CsvSource({"/openai/v1/models", "/openai/v1/chat/completions/x", "/", "/v1/embeddings"})
    void everyAnswerSaysThatItIsSimulated(String path) throws Exception {
        SimulatorClient client = client(AT_ONCE);

        HttpResponse<String> response = client.send(
                client.to(path).header("authorization", "Bearer any").build());

        assertThat(response.headers().firstValue("x-simulated")).hasValue("true");
    }

    @Test
    void theOpenAiListHasModels() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        JsonNode list = client.parse(client.send(client.to("/openai/v1/models")
                        .header("authorization", "Bearer any")
                        .build())
                .body());

        assertThat(list.path("object").asText()).isEqualTo("list");
        assertThat(list.path("data").findValuesAsText("id")).contains("gpt-4o");
    }

    @Test
    void theAnthropicListHasModelsInItsOwnShape() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        JsonNode list = client.parse(client.send(client.to("/anthropic/v1/models")
                        .header("x-api-key", "any")
                        .header("anthropic-version", "2023-06-01")
                        .build())
                .body());

        assertThat(list.path("has_more").asBoolean(true)).isFalse();
        assertThat(list.path("data").get(0).path("type").asText()).isEqualTo("model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openai/v1/chat/completions", "/v1/messages"})
    void withoutKeyARequestIsRefused(String path) throws Exception {
        SimulatorClient client = client(AT_ONCE);

        HttpResponse<String> response = client.send(
                client.to(path).POST(HttpRequest.BodyPublishers.ofString(HELLO)).build());

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(client.parse(response.body()).path("error").path("message").asText())
                .contains("simulated");
    }

    @Test
    void errorsComeInTheShapeOfTheDialect() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        JsonNode openAi = client.json("/openai/v1/chat/completions", "{not json");
        JsonNode anthropic = client.json("/anthropic/v1/messages", "{not json");

        assertThat(openAi.path("error").path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(openAi.path("error").has("code")).isTrue();
        assertThat(anthropic.path("type").asText()).isEqualTo("error");
        assertThat(anthropic.path("error").path("type").asText()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{} {}",
                "{\"model\":\"m\"}",
                "{\"model\":\"m\",\"messages\":[]}",
                "{\"model\":\"m\",\"messages\":\"x\"}",
                "{\"model\":\"m\",\"messages\":[1]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
            })
    void aBadBodyIs400AndTheConnectionStaysUsable(String body) throws Exception {
        SimulatorClient client = client(AT_ONCE);

        assertThat(client.send(client.post("/v1/chat/completions", body)).statusCode())
                .isEqualTo(400);
        assertThat(client.send(client.post("/v1/messages", body)).statusCode()).isEqualTo(400);
        assertThat(client.send(client.post("/v1/chat/completions", HELLO)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void deepNestingIs400() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        String body = "{\"model\":\"m\",\"messages\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThat(client.send(client.post("/v1/chat/completions", body)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void anUnknownPathIs404() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        assertThat(client.send(client.post("/v1/embeddings", HELLO)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aLoneSurrogateIsAnswered() throws Exception {
        SimulatorClient client = client(AT_ONCE);

        HttpResponse<String> response =
                client.send(client.post("/v1/chat/completions", HELLO.replace("hello", "\\ud800 hello")));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(client.parse(response.body()).toString()).contains("hello");
    }

    @Test
    void theFirstByteComesAfterTheLatency() throws Exception {
        SimulatorClient client = client(new SimulatorOptions(Duration.ofMillis(150), Duration.ZERO, 0, 1));

        long start = System.nanoTime();
        client.json("/v1/chat/completions", HELLO);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(145));
    }

    @Test
    void failuresHaveTheWantedShareAndEveryKind() throws Exception {
        SimulatorClient client = client(new SimulatorOptions(Duration.ZERO, Duration.ZERO, 0.5, 7));
        Map<Integer, Integer> seen = new TreeMap<>();

        for (int i = 0; i < 200; i++) {
            seen.merge(statusOrDropped(client), 1, Integer::sum);
        }

        assertThat(seen.keySet()).containsExactly(0, 200, 429, 500, 503);
        assertThat(seen.get(200)).isBetween(70, 130);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openai/v1/models", "/anthropic/v1/models"})
    void listsOfModelsNeverFail(String path) throws Exception {
        SimulatorClient client = client(new SimulatorOptions(Duration.ZERO, Duration.ZERO, 1, 7));

        for (int i = 0; i < 20; i++) {
            HttpResponse<String> list = client.send(
                    client.to(path).header("authorization", "Bearer any").build());
            assertThat(list.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theSameSeedFailsTheSameRequests() throws Exception {
        SimulatorOptions half = new SimulatorOptions(Duration.ZERO, Duration.ZERO, 0.5, 7);
        SimulatorClient one = client(half);
        SimulatorClient two = client(half);

        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            first.add(statusOrDropped(one));
            second.add(statusOrDropped(two));
        }

        assertThat(first).isEqualTo(second).contains(200).anyMatch(status -> status != 200);
    }

    @Test
    void aRateLimitSaysWhenToReturn() throws Exception {
        SimulatorClient client = client(new SimulatorOptions(Duration.ZERO, Duration.ZERO, 1, 7));

        List<String> retryAfter = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            client.sendAsync(client.post("/v1/chat/completions", HELLO))
                    .handle((response, dropped) -> response)
                    .thenAccept(response -> {
                        if (response != null && response.statusCode() == 429) {
                            retryAfter.add(
                                    response.headers().firstValue("retry-after").orElse("none"));
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
        }

        assertThat(retryAfter).isNotEmpty().containsOnly("1");
    }

    @Test
    void aTakenPortIsSaidInOneSentence() {
        Simulator first = simulator(0, AT_ONCE);
        int port = first.start();

        assertThatThrownBy(() -> new Simulator(vertx, port, AT_ONCE).start())
                .hasMessageContaining("cannot start the simulator on 127.0.0.1:" + port);
    }

    @Test
    void aClosedSimulatorGivesItsPortBack() {
        Simulator first = simulator(0, AT_ONCE);
        int port = first.start();
        first.close();

        assertThat(simulator(port, AT_ONCE).start()).isEqualTo(port);
    }

    @Test
    void twoThousandRequestsAtOnceAreAllAnswered() throws Exception {
        SimulatorClient client = client(new SimulatorOptions(Duration.ofMillis(500), Duration.ZERO, 0, 1));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();

        for (int i = 0; i < 2_000; i++) {
            all.add(client.sendAsync(client.post("/v1/chat/completions", HELLO)));
        }

        for (CompletableFuture<HttpResponse<String>> one : all) {
            assertThat(one.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    private SimulatorClient client(SimulatorOptions options) {
        return new SimulatorClient(simulator(0, options).start());
    }

    private Simulator simulator(int port, SimulatorOptions options) {
        Simulator simulator = new Simulator(vertx, port, options);
        running.add(simulator);
        return simulator;
    }

    /** The status of one request, 0 when the connection was dropped. */
    private static int statusOrDropped(SimulatorClient client) throws InterruptedException {
        try {
            return client.send(client.post("/v1/chat/completions", HELLO)).statusCode();
        } catch (IOException dropped) {
            return 0;
        }
    }
}

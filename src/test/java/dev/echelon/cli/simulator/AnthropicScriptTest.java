package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AnthropicScriptTest {

    private static final String PATH = "/anthropic/v1/messages";
    private static final String TOOLS = """
            ,"tools":[{"name":"get_weather","input_schema":
               {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]""";

    private static Vertx vertx;
    private static SimulatorClient client;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        client = new SimulatorClient(
                new Simulator(vertx, 0, new SimulatorOptions(Duration.ofMillis(1), Duration.ofMillis(5), 0, 1))
                        .start());
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aPlainAnswerNamesTheModelAndEchoesTheQuestion() throws Exception {
        JsonNode answer = client.json(PATH, messages(user("\"hello there\""), ",\"system\":\"be brief\""));

        assertThat(answer.path("type").asText()).isEqualTo("message");
        assertThat(answer.at("/content/0/text").asText()).isEqualTo("[simulated claude] You said: hello there");
        assertThat(answer.path("stop_reason").asText()).isEqualTo("end_turn");
        assertThat(answer.path("usage")).isEqualTo(client.parse("{\"input_tokens\":4,\"output_tokens\":6}"));
    }

    @Test
    void aStreamIsTheDocumentedSequence() throws Exception {
        HttpResponse<String> response = client.send(client.post(PATH, messages(user("\"hello\""), ",\"stream\":true")));

        List<JsonNode> events = client.events(response.body());
        assertThat(types(events).stream().distinct())
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "ping",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(response.body().lines().filter(line -> line.startsWith("event: ")))
                .hasSameSizeAs(events)
                .first()
                .isEqualTo("event: message_start");
        assertThat(join(events, "/delta/text")).isEqualTo("[simulated claude] You said: hello");
        assertThat(events.get(events.size() - 2).at("/usage/output_tokens").asInt())
                .isEqualTo(5);
    }

    @Test
    void aToolIsCalledWithSampleArguments() throws Exception {
        JsonNode answer = client.json(PATH, messages(user("\"weather?\""), TOOLS));

        assertThat(answer.path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(answer.at("/content/0/type").asText()).isEqualTo("tool_use");
        assertThat(answer.at("/content/0/name").asText()).isEqualTo("get_weather");
        assertThat(answer.at("/content/0/input")).isEqualTo(client.parse("{\"city\":\"sample city\"}"));
    }

    @Test
    void aStreamedToolCallTellsItsInputInPieces() throws Exception {
        List<JsonNode> events =
                client.events(client.send(client.post(PATH, messages(user("\"weather?\""), TOOLS + ",\"stream\":true")))
                        .body());

        assertThat(events.get(1).at("/content_block/name").asText()).isEqualTo("get_weather");
        assertThat(client.parse(join(events, "/delta/partial_json")))
                .isEqualTo(client.parse("{\"city\":\"sample city\"}"));
        assertThat(join(events, "/delta/stop_reason")).isEqualTo("tool_use");
    }

    @Test
    void noToolIsCalledWhenTheCallerForbidsIt() throws Exception {
        JsonNode answer = client.json(PATH, messages(user("\"hi\""), TOOLS + ",\"tool_choice\":{\"type\":\"none\"}"));

        assertThat(answer.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void aToolResultIsQuoted() throws Exception {
        String result = """
                [{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"12 degrees"}]}]""";

        JsonNode answer = client.json(PATH, messages(user("\"weather?\"") + "," + user(result), TOOLS));

        assertThat(answer.at("/content/0/text").asText()).isEqualTo("[simulated claude] The tool answered: 12 degrees");
    }

    @Test
    void maxTokensIsRequired() throws Exception {
        JsonNode answer = client.json(PATH, "{\"model\":\"claude\",\"messages\":[" + user("\"hi\"") + "]}");

        assertThat(answer.at("/error/message").asText()).contains("max_tokens");
    }

    private static String user(String content) {
        return "{\"role\":\"user\",\"content\":" + content + "}";
    }

    private static String messages(String messages, String rest) {
        return "{\"model\":\"claude\",\"max_tokens\":100,\"messages\":[" + messages + "]" + rest + "}";
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asText()).toList();
    }

    private static String join(List<JsonNode> events, String pointer) {
        StringBuilder joined = new StringBuilder();
        events.forEach(event -> joined.append(event.at(pointer).asText("")));
        return joined.toString();
    }
}

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

class OpenAiScriptTest {

    private static final String PATH = "/some/prefix/v1/chat/completions";
    private static final String TOOLS = """
            ,"tools":[{"type":"function","function":{"name":"get_time"}},
                      {"type":"function","function":{"name":"get_weather","parameters":
                        {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]""";

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
        JsonNode answer = client.json(PATH, chat(user("what is an echelon?"), ""));

        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.path("model").asText()).isEqualTo("gpt-4o");
        JsonNode choice = answer.path("choices").get(0);
        assertThat(choice.path("message").path("content").asText())
                .isEqualTo("[simulated gpt-4o] You said: what is an echelon?");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(answer.path("usage"))
                .isEqualTo(client.parse("{\"prompt_tokens\":4,\"completion_tokens\":8,\"total_tokens\":12}"));
    }

    @Test
    void aLongQuestionIsCut() throws Exception {
        JsonNode answer = client.json(PATH, chat(user("x".repeat(1_000)), ""));

        assertThat(answer.path("choices").get(0).path("message").path("content").asText())
                .endsWith(" " + "x".repeat(200) + "…");
    }

    @Test
    void theTextPartsOfAMessageAreRead() throws Exception {
        String parts = """
                {"role":"user","content":[{"type":"text","text":"see"},
                 {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}""";

        JsonNode answer = client.json(PATH, chat(parts, ""));

        assertThat(answer.path("choices").get(0).path("message").path("content").asText())
                .endsWith("You said: see");
    }

    @Test
    void aStreamTellsTheSameTextTokenByToken() throws Exception {
        HttpResponse<String> response = client.send(client.post(PATH, chat(user("one two three"), ",\"stream\":true")));

        assertThat(response.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(response.body()).endsWith("data: [DONE]\n\n");
        List<JsonNode> events = client.events(response.body());
        assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(events)
                .filteredOn(event -> event.at("/choices/0/delta").has("content"))
                .hasSize(1 + 7);
        assertThat(join(events, "/choices/0/delta/content")).isEqualTo("[simulated gpt-4o] You said: one two three");
        assertThat(events.get(events.size() - 1).at("/choices/0/finish_reason").asText())
                .isEqualTo("stop");
        assertThat(events).noneMatch(event -> event.has("usage"));
    }

    @Test
    void aStreamTellsItsUsageWhenAsked() throws Exception {
        String body = client.send(client.post(
                        PATH, chat(user("hi"), ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")))
                .body();

        List<JsonNode> events = client.events(body);
        JsonNode last = events.get(events.size() - 1);
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.path("usage").path("total_tokens").asInt()).isEqualTo(6);
        assertThat(events.get(0).path("usage").isNull()).isTrue();
    }

    @Test
    void theFirstOfferedToolIsCalled() throws Exception {
        JsonNode choice =
                client.json(PATH, chat(user("hi"), TOOLS)).path("choices").get(0);

        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.path("message").path("content").isNull()).isTrue();
        JsonNode call = choice.path("message").path("tool_calls").get(0);
        assertThat(call.path("id").asText()).startsWith("call_");
        assertThat(call.path("function").path("name").asText()).isEqualTo("get_time");
        assertThat(call.path("function").path("arguments").asText()).isEqualTo("{}");
    }

    @Test
    void theNamedToolIsCalledWithSampleArguments() throws Exception {
        String named = TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}";

        JsonNode call = client.json(PATH, chat(user("hi"), named)).at("/choices/0/message/tool_calls/0/function");

        assertThat(call.path("name").asText()).isEqualTo("get_weather");
        assertThat(client.parse(call.path("arguments").asText())).isEqualTo(client.parse("{\"city\":\"sample city\"}"));
    }

    @Test
    void aStreamedToolCallTellsItsArgumentsInPieces() throws Exception {
        String named = TOOLS
                + ",\"stream\":true,\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}";

        List<JsonNode> events = client.events(
                client.send(client.post(PATH, chat(user("hi"), named))).body());

        assertThat(events.get(0)
                        .at("/choices/0/delta/tool_calls/0/function/name")
                        .asText())
                .isEqualTo("get_weather");
        assertThat(events)
                .filteredOn(event -> event.at("/choices/0/delta").has("tool_calls"))
                .hasSizeGreaterThan(2);
        assertThat(client.parse(join(events, "/choices/0/delta/tool_calls/0/function/arguments")))
                .isEqualTo(client.parse("{\"city\":\"sample city\"}"));
        assertThat(events.get(events.size() - 1).at("/choices/0/finish_reason").asText())
                .isEqualTo("tool_calls");
    }

    @Test
    void noToolIsCalledWhenTheCallerForbidsIt() throws Exception {
        JsonNode answer = client.json(PATH, chat(user("hi"), TOOLS + ",\"tool_choice\":\"none\""));

        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void aToolResultIsQuoted() throws Exception {
        String messages = user("weather?")
                + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
                + "\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}]}"
                + ",{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"12 degrees\"}";

        JsonNode answer = client.json(PATH, chat(messages, TOOLS));

        assertThat(answer.at("/choices/0/message/content").asText())
                .isEqualTo("[simulated gpt-4o] The tool answered: 12 degrees");
    }

    private static String user(String text) {
        return "{\"role\":\"user\",\"content\":\"" + text + "\"}";
    }

    private static String chat(String messages, String rest) {
        return "{\"model\":\"gpt-4o\",\"messages\":[" + messages + "]" + rest + "}";
    }

    private static String join(List<JsonNode> events, String pointer) {
        StringBuilder joined = new StringBuilder();
        events.forEach(event -> joined.append(event.at(pointer).asText("")));
        return joined.toString();
    }
}

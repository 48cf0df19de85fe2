package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestJsonWriteTest {

    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static String rewritten(String json, String model) throws Exception {
        ChatRequest request =
                RequestJson.read(json.getBytes(StandardCharsets.UTF_8)).request();
        return new String(RequestJson.write(request, model), StandardCharsets.UTF_8);
    }

    private static ObjectNode written(ChatRequest request) throws Exception {
        return Json.readObject(RequestJson.write(request, "m"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\"," + HI + "}",
                "{\"model\":\"m\"," + HI
                        + ",\"temperature\":0.5,\"top_p\":0.25,\"max_tokens\":7,\"stop\":[\"a\",\"b\"]}",
                "{\"model\":\"m\"," + HI + ",\"max_completion_tokens\":7,\"seed\":1,\"logit_bias\":{\"5\":-1},\"n\":2}",
                "{\"model\":\"m\"," + HI + ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":1}}",
                "{\"model\":\"m\"," + HI + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                        + "\"description\":\"d\",\"parameters\":{\"type\":\"object\"},\"strict\":true},"
                        + "\"cache_control\":{\"type\":\"ephemeral\"}},{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}],"
                        + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}",
                "{\"model\":\"m\"," + HI + ",\"tool_choice\":\"auto\"}",
                "{\"model\":\"m\"," + HI + ",\"tool_choice\":\"none\"}",
                "{\"model\":\"m\"," + HI + ",\"tool_choice\":\"required\"}",
                "{\"model\":\"m\"," + HI + ",\"tool_choice\":{\"type\":\"allowed_tools\",\"x\":1}}",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"developer\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\",\"x\":1}],\"name\":\"d\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b\","
                        + "\"detail\":\"low\"}},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}"
                        + ",{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]},{\"role\":\"assistant\",\"content\":null,"
                        + "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"{}\"},\"extra_content\":{\"a\":1}}]},{\"role\":\"tool\",\"content\":\"r\","
                        + "\"tool_call_id\":\"c\"},{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}]}",
            })
    void what_a_caller_wrote_comes_out_as_it_was(String json) throws Exception {
        assertThat(Json.readObject(rewritten(json, "m"))).isEqualTo(Json.readObject(json));
    }

    @Test
    void the_model_is_the_instances() throws Exception {
        assertThat(rewritten("{\"model\":\"fast_pool\"," + HI + "}", "gpt-4o"))
                .isEqualTo("{\"model\":\"gpt-4o\"," + HI + "}");
    }

    @Test
    void a_stream_always_asks_for_its_usage() throws Exception {
        assertThat(rewritten("{" + HI + ",\"stream\":true,\"stream_options\":{\"include_usage\":false}}", "m"))
                .contains("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    }

    @Test
    void a_plain_request_has_no_stream_options() throws Exception {
        assertThat(rewritten("{" + HI + ",\"stream_options\":{\"include_usage\":true,\"x\":1}}", "m"))
                .isEqualTo("{\"model\":\"m\"," + HI + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "max_tokens,gpt-4o,max_tokens",
        "max_tokens,o3-mini,max_completion_tokens",
        "max_tokens,gpt-5,max_completion_tokens",
        "max_completion_tokens,gpt-4o,max_completion_tokens",
        "max_completion_tokens,llama3,max_completion_tokens",
    })
    void the_ceiling_is_spelled_as_the_caller_did_where_the_model_allows_it(String spelled, String model, String sent)
            throws Exception {
        assertThat(rewritten("{" + HI + ",\"" + spelled + "\":7}", model))
                .isEqualTo("{\"model\":\"" + model + "\"," + HI + ",\"" + sent + "\":7}");
    }

    @ParameterizedTest
    @CsvSource({
        "o1,max_completion_tokens",
        "o3,max_completion_tokens",
        "o4-mini,max_completion_tokens",
        "gpt-5.1,max_completion_tokens",
        "o2,max_tokens",
        "o,max_tokens",
        "olmo,max_tokens",
        "gpt-4.1,max_tokens",
    })
    void a_ceiling_nobody_spelled_is_spelled_as_the_model_knows_it(String model, String sent) throws Exception {
        ChatRequest request = ChatRequest.ofText("hi").withSampling(null, null, 9);

        assertThat(Json.readObject(RequestJson.write(request, model)).path(sent).intValue())
                .isEqualTo(9);
    }

    @Test
    void a_lowered_ceiling_is_the_one_that_is_sent() throws Exception {
        ChatRequest request = RequestJson.read(("{" + HI + ",\"max_tokens\":100}").getBytes(StandardCharsets.UTF_8))
                .request();

        assertThat(written(request.withSampling(null, null, 5))
                        .path("max_tokens")
                        .intValue())
                .isEqualTo(5);
    }

    @Test
    void extras_of_another_dialect_stay_here() throws Exception {
        JsonNode one = JsonNodeFactory.instance.numberNode(1);
        Map<String, JsonNode> extras = Map.of("x", one);
        ChatRequest request = new ChatRequest(
                ChatRequest.ANTHROPIC,
                null,
                List.of(new ChatMessage(
                        Role.USER,
                        List.of(new ContentPart.Text("hi", extras), new ContentPart.Opaque("anthropic", one)),
                        List.of(),
                        null,
                        extras)),
                List.of(
                        new ToolDefinition("f", null, null, extras, null),
                        new ToolDefinition("", null, null, Map.of(), one)),
                new ToolChoice.Auto(),
                null,
                null,
                null,
                List.of(),
                true,
                false,
                extras);

        assertThat(Json.text(written(request)))
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"hi\"}]}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
                        + "\"tool_choice\":\"auto\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    }

    @Test
    void extras_cannot_stand_in_for_our_own_fields() throws Exception {
        ChatRequest request = ChatRequest.ofText("hi");
        ChatRequest forged = new ChatRequest(
                request.dialect(),
                null,
                request.messages(),
                List.of(),
                null,
                null,
                null,
                null,
                List.of(),
                false,
                false,
                Map.of("model", JsonNodeFactory.instance.textNode("gpt-4")));

        assertThat(written(forged).path("model").textValue()).isEqualTo("m");
    }

    @Test
    void lone_surrogates_do_not_break_the_request() throws Exception {
        assertThat(rewritten("{\"messages\":[{\"role\":\"user\",\"content\":\"a\\ud800\"}]}", "m"))
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\uFFFD\"}]}");
    }
}

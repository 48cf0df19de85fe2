package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import dev.echelon.domain.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseJsonTest {

    private static final String FULL = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-2024-08-06",
            "choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1",
            "type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"},"extra_content":{"s":"x"}}],
            "refusal":null,"reasoning_content":"hm","annotations":[]},"finish_reason":"tool_calls",
            "logprobs":{"content":[{"logprob":-0.25}]}},
            {"index":1,"message":{"role":"assistant","content":"two"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
            "prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"x":1}},
            "system_fingerprint":"fp","service_tier":"default"}""";

    private static ChatResponse read(String json) throws ModelFailure {
        return ResponseJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String ofMessage(String message) {
        return "{\"choices\":[{\"message\":" + message + "}]}";
    }

    @Test
    void reads_a_full_answer() throws Exception {
        ChatResponse response = read(FULL);

        assertThat(response.id()).isEqualTo("chatcmpl-1");
        assertThat(response.model()).isEqualTo("gpt-4o-2024-08-06");
        assertThat(response.created()).isEqualTo(1_700_000_000);
        assertThat(response.dialect()).isEqualTo("openai");
        assertThat(response.extras()).containsOnlyKeys("system_fingerprint", "service_tier");
        ChatResponse.Choice choice = response.choices().get(0);
        assertThat(choice.content()).isNull();
        assertThat(choice.finishReason()).isEqualTo("tool_calls");
        assertThat(choice.toolCalls()).extracting(ToolCall::arguments).containsExactly("{\"a\":1}");
        assertThat(choice.messageExtras()).containsOnlyKeys("refusal", "reasoning_content", "annotations");
        assertThat(choice.extras()).containsOnlyKeys("logprobs");
        assertThat(response.choices().get(1).text()).isEqualTo("two");
        Usage usage = Objects.requireNonNull(response.usage());
        assertThat(usage.promptTokens()).isEqualTo(10);
        assertThat(usage.completionTokens()).isEqualTo(5);
        assertThat(usage.cachedTokens()).isEqualTo(4);
        assertThat(usage.extras()).containsOnlyKeys("prompt_tokens_details", "completion_tokens_details");
    }

    @Test
    void an_answer_comes_out_as_it_went_in() throws Exception {
        assertThat(Json.readObject(ResponseJson.write(read(FULL)))).isEqualTo(Json.readObject(FULL));
    }

    @Test
    void small_differences_of_servers_are_taken() throws Exception {
        ChatResponse response = read("""
                {"created":"today","choices":[{"message":{"content":[{"type":"thinking","thinking":[]},
                {"type":"text","text":"a"},{"type":"text","text":"b"}],
                "tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"name":"g"}}]}}],
                "usage":{"prompt_tokens":-5,"completion_tokens":1e30,"prompt_tokens_details":{"cached_tokens":"x"}}}""");

        assertThat(response.id()).isEmpty();
        assertThat(response.created()).isZero();
        assertThat(response.text()).isEqualTo("ab");
        assertThat(response.choices().get(0).index()).isZero();
        assertThat(response.choices().get(0).toolCalls())
                .containsExactly(new ToolCall("", "f", "{\"a\":1}"), new ToolCall("", "g", ""));
        assertThat(response.usage()).isEqualTo(new Usage(0, 0, 0, Map.of()));
    }

    @Test
    void absurd_counts_cannot_overflow() throws Exception {
        ChatResponse response = read("{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":"
                + Long.MAX_VALUE + ",\"completion_tokens\":" + Long.MAX_VALUE + "}}");

        assertThat(Objects.requireNonNull(response.usage()).totalTokens()).isPositive();
    }

    @Test
    void calls_of_custom_tools_pass_through() throws Exception {
        String json = ofMessage("{\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{}}]}");

        assertThat(read(json).choices().get(0).messageExtras()).containsOnlyKeys("tool_calls");
        assertThat(new String(ResponseJson.write(read(json)), StandardCharsets.UTF_8))
                .contains("\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{}}]");
    }

    @Test
    void malformed_utf_8_and_lone_surrogates_become_replacement_characters() throws Exception {
        byte[] body = ofMessage("{\"content\":\"é\\ud800\"}").getBytes(StandardCharsets.ISO_8859_1);
        ChatResponse response = ResponseJson.read(body);

        assertThat(Json.readObject(ResponseJson.write(response))
                        .at("/choices/0/message/content")
                        .textValue())
                .isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void of_another_dialect_only_what_means_the_same_is_written() throws Exception {
        JsonNode text = JsonNodeFactory.instance.textNode("t");
        ChatResponse response = new ChatResponse(
                "msg",
                "claude",
                5,
                List.of(new ChatResponse.Choice(
                        0,
                        JsonText.of("a"),
                        List.of(new ToolCall("c", "f", "{}", Map.of("x", text))),
                        "stop",
                        Map.of("reasoning_content", text, "content_blocks", text),
                        Map.of("stop_reason", text))),
                new Usage(3, 2, 1, Map.of("cache_creation_input_tokens", text)),
                "anthropic",
                Map.of("container", text));

        assertThat(new String(ResponseJson.write(response), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"msg\",\"object\":\"chat.completion\",\"created\":5,\"model\":\"claude\","
                        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\","
                        + "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"{}\"}}],\"reasoning_content\":\"t\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":1}}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>secret</html>",
                "[]",
                "{}",
                "{\"choices\":null}",
                "{\"choices\":[]}",
                "{\"choices\":{}}",
                "{\"choices\":[1]}",
                "{\"choices\":[{}]}",
                "{\"choices\":[{\"message\":\"secret\"}]}",
                "{\"choices\":[{\"message\":{\"content\":5}}]}",
                "{\"choices\":[{\"message\":{\"content\":[\"secret\"]}}]}",
                "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":5}]}",
                "{\"choices\":[{\"message\":{\"tool_calls\":{}}}]}",
                "{\"choices\":[{\"message\":{\"tool_calls\":[1]}}]}",
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{}}]}}]}",
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":5}}]}}]}",
                "{\"id\":5,\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
                "{\"error\":{\"message\":\"secret\"},\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
                "{\"choices\":[{\"message\":{\"content\":\"secret",
            })
    void what_is_no_answer_is_a_bad_response_without_its_text(String body) {
        ModelFailure failure = catchThrowableOfType(ModelFailure.class, () -> read(body));

        assertThat(failure.kind()).isEqualTo(FailureKind.BAD_RESPONSE);
        assertThat(failure.message())
                .startsWith("the model's provider sent an unreadable answer: ")
                .doesNotContain("secret");
    }
}

package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestJsonReadTest {

    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static ParsedRequest parse(String json) throws ModelFailure {
        return RequestJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static ChatRequest read(String json) throws ModelFailure {
        return parse(json).request();
    }

    private static ChatRequest with(String fields) throws ModelFailure {
        return read("{" + HI + "," + fields + "}");
    }

    private static ChatMessage message(String json) throws ModelFailure {
        return read("{\"messages\":[" + json + "]}").messages().get(0);
    }

    private static ModelFailure failure(String json) {
        return catchThrowableOfType(ModelFailure.class, () -> parse(json));
    }

    @Test
    void reads_the_smallest_request() throws Exception {
        assertThat(read("{" + HI + "}")).isEqualTo(ChatRequest.ofText("hi"));
    }

    @Test
    void reads_every_field_it_interprets() throws Exception {
        ChatRequest request = with("""
                "model":"fast_pool","temperature":0.5,"top_p":1,"max_tokens":10,"stop":["a","b"],"stream":true,
                "stream_options":{"include_usage":true}""");

        assertThat(request.dialect()).isEqualTo("openai");
        assertThat(request.model()).isEqualTo("fast_pool");
        assertThat(request.temperature()).isEqualTo(0.5);
        assertThat(request.topP()).isEqualTo(1);
        assertThat(request.maxTokens()).isEqualTo(10);
        assertThat(request.stop()).containsExactly("a", "b");
        assertThat(request.stream()).isTrue();
        assertThat(request.includeUsage()).isTrue();
    }

    @Test
    void null_is_the_same_as_absent() throws Exception {
        ChatRequest request = with("""
                "model":null,"temperature":null,"top_p":null,"max_tokens":null,"stop":null,"stream":null,
                "stream_options":null,"tools":null,"tool_choice":null,"n":null,"metadata":null""");

        assertThat(request.withSampling(null, null, null))
                .usingRecursiveComparison()
                .ignoringFields("extras")
                .isEqualTo(ChatRequest.ofText("hi"));
    }

    @Test
    void a_single_stop_is_a_list_of_one() throws Exception {
        assertThat(with("\"stop\":\"END\"").stop()).containsExactly("END");
    }

    @Test
    void reads_every_role() throws Exception {
        ChatRequest request = read("""
                {"messages":[{"role":"system","content":"a"},{"role":"developer","content":"b"},
                {"role":"user","content":"c"},{"role":"assistant","content":"d"},
                {"role":"tool","content":"e","tool_call_id":"call_1"}]}""");

        assertThat(request.messages())
                .extracting(ChatMessage::role)
                .containsExactly(Role.SYSTEM, Role.DEVELOPER, Role.USER, Role.ASSISTANT, Role.TOOL);
        assertThat(request.messages().get(4).toolCallId()).isEqualTo("call_1");
    }

    @Test
    void reads_parts() throws Exception {
        ChatMessage message = message("""
                {"role":"user","content":[
                {"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
                {"type":"image_url","image_url":{"url":"HTTPS://example.org/a.png","detail":"low"}},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                {"type":"image_url","image_url":{"url":"data:image/svg+xml;charset=utf-8;base64,BBBB"}},
                {"type":"input_audio","input_audio":{"data":"x","format":"wav"}}]}""");

        assertThat(message.content()).hasSize(5);
        assertThat(message.content().get(0)).isInstanceOfSatisfying(ContentPart.Text.class, text -> {
            assertThat(text.text()).isEqualTo("look");
            assertThat(text.extras()).containsOnlyKeys("cache_control");
        });
        assertThat(message.content().get(1))
                .isEqualTo(new ContentPart.Image("HTTPS://example.org/a.png", null, null, "low", Map.of()));
        assertThat(message.content().get(2))
                .isEqualTo(new ContentPart.Image(null, "image/png", "AAAA", null, Map.of()));
        assertThat(message.content().get(3))
                .isEqualTo(new ContentPart.Image(null, "image/svg+xml", "BBBB", null, Map.of()));
        assertThat(message.content().get(4))
                .isInstanceOfSatisfying(ContentPart.Opaque.class, opaque -> assertThat(opaque.dialect())
                        .isEqualTo("openai"));
    }

    @Test
    void reads_tool_calls_and_keeps_what_stands_beside_them() throws Exception {
        ChatMessage message = message("""
                {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
                "function":{"name":"f","arguments":"{\\"a\\":"},"extra_content":{"signature":"s"}}]}""");

        assertThat(message.content()).isEmpty();
        assertThat(message.toolCalls()).hasSize(1);
        ToolCall call = message.toolCalls().get(0);
        assertThat(call.id()).isEqualTo("call_1");
        assertThat(call.name()).isEqualTo("f");
        assertThat(call.arguments()).isEqualTo("{\"a\":");
        assertThat(call.extras()).containsOnlyKeys("extra_content");
        assertThat(message.extras()).isEmpty();
    }

    @Test
    void calls_of_custom_tools_stay_as_they_came() throws Exception {
        ChatMessage message = message(
                "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]}");

        assertThat(message.toolCalls()).isEmpty();
        assertThat(message.extras()).containsOnlyKeys("tool_calls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"refusal\":\"no\"", "\"audio\":{\"id\":\"a\"}", "\"function_call\":{\"name\":\"f\"}"})
    void an_assistant_may_have_said_something_else_than_text(String saying) throws Exception {
        ChatMessage message = message("{\"role\":\"assistant\"," + saying + "}");

        assertThat(message.content()).isEmpty();
        assertThat(message.extras()).hasSize(1);
    }

    @Test
    void reads_tools() throws Exception {
        List<ToolDefinition> tools = with("""
                        "tools":[{"type":"function","function":{"name":"f","description":"d",
                        "parameters":{"type":"object"},"strict":true},"cache_control":{"type":"ephemeral"}},
                        {"type":"function","function":{"name":"g","parameters":null},"name":"not this one"},
                        {"type":"custom","custom":{"name":"x"}}]""").tools();

        assertThat(tools.get(0).name()).isEqualTo("f");
        assertThat(tools.get(0).description()).isEqualTo("d");
        assertThat(tools.get(0).parameters()).isNotNull();
        assertThat(tools.get(0).extras()).containsOnlyKeys("strict", "cache_control");
        assertThat(tools.get(1)).isEqualTo(new ToolDefinition("g", null, null, Map.of(), null));
        assertThat(tools.get(2).opaque()).isNotNull();
    }

    @Test
    void reads_every_tool_choice() throws Exception {
        assertThat(with("\"tool_choice\":\"auto\"").toolChoice()).isEqualTo(new ToolChoice.Auto());
        assertThat(with("\"tool_choice\":\"none\"").toolChoice()).isEqualTo(new ToolChoice.None());
        assertThat(with("\"tool_choice\":\"required\"").toolChoice()).isEqualTo(new ToolChoice.Required());
        assertThat(with("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")
                        .toolChoice())
                .isEqualTo(new ToolChoice.Named("f"));
        assertThat(with("\"tool_choice\":{\"type\":\"allowed_tools\"}").toolChoice())
                .isInstanceOf(ToolChoice.Opaque.class);
    }

    @Test
    void the_new_spelling_of_the_ceiling_wins() throws Exception {
        assertThat(with("\"max_completion_tokens\":5").maxTokens()).isEqualTo(5);
        assertThat(with("\"max_tokens\":9,\"max_completion_tokens\":5").maxTokens())
                .isEqualTo(5);
    }

    @Test
    void unknown_fields_become_extras_in_their_order() throws Exception {
        assertThat(with("\"zeta\":1,\"n\":2,\"alpha\":{\"x\":[]},\"stream_options\":{\"include_obfuscation\":false}")
                        .extras())
                .containsOnlyKeys("zeta", "n", "alpha", "stream_options")
                .extractingByKey("n")
                .hasToString("2");
        assertThat(with("\"zeta\":1,\"alpha\":2").extras().keySet()).containsExactly("zeta", "alpha");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_base",
                "base_url",
                "baseUrl",
                "BASE-URL",
                "api_key",
                "apiKey",
                "callback_url",
                "extra_headers",
                "extra_body",
                "organization",
                "api_version",
                "webhook_url",
                "headers"
            })
    void nobody_chooses_upstreams_or_credentials_from_outside(String field) throws Exception {
        assertThat(with("\"" + field + "\":\"http://169.254.169.254\"").extras())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"poolName,pool:p", "pool_name,pool:p", "groupName,group:p", "group_name,group:p"})
    void metadata_names_the_target_and_forgets_it(String key, String target) throws Exception {
        ParsedRequest alone = parse("{" + HI + ",\"metadata\":{\"" + key + "\":\"p\"}}");
        ParsedRequest among = parse("{" + HI + ",\"metadata\":{\"a\":\"b\",\"" + key + "\":\"p\"}}");

        assertThat(alone.metadataTarget()).isEqualTo(target);
        assertThat(alone.request().extras()).isEmpty();
        assertThat(among.metadataTarget()).isEqualTo(target);
        assertThat(among.request().extras().get("metadata")).hasToString("{\"a\":\"b\"}");
    }

    @Test
    void metadata_may_name_the_same_target_twice_or_none() throws Exception {
        assertThat(parse("{" + HI + ",\"metadata\":{\"poolName\":\"p\",\"pool_name\":\"pool:p\"}}")
                        .metadataTarget())
                .isEqualTo("pool:p");
        ParsedRequest none = parse("{" + HI + ",\"metadata\":{\"poolName\":null,\"a\":\"b\"}}");
        assertThat(none.metadataTarget()).isNull();
        assertThat(none.request().extras().get("metadata")).hasToString("{\"a\":\"b\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"poolName\":\"a\",\"groupName\":\"b\"}",
                "{\"poolName\":\"a\",\"pool_name\":\"b\"}",
            })
    void metadata_that_names_two_targets_is_refused(String metadata) {
        ModelFailure failure = failure("{" + HI + ",\"metadata\":" + metadata + "}");

        assertThat(failure.param()).isEqualTo("metadata");
        assertThat(failure.message()).contains("two targets");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            messages                            | {}
            messages                            | {"messages":null}
            messages                            | {"messages":[]}
            messages                            | {"messages":"hi"}
            messages[0]                         | {"messages":["hi"]}
            messages[0].role                    | {"messages":[{"content":"hi"}]}
            messages[0].role                    | {"messages":[{"role":1,"content":"hi"}]}
            messages[0].role                    | {"messages":[{"role":"robot","content":"hi"}]}
            messages[0].role                    | {"messages":[{"role":"function","content":"hi"}]}
            messages[0].content                 | {"messages":[{"role":"user"}]}
            messages[0].content                 | {"messages":[{"role":"user","content":null}]}
            messages[0].content                 | {"messages":[{"role":"user","content":1}]}
            messages[0].content                 | {"messages":[{"role":"user","content":[]}]}
            messages[0].content[0]              | {"messages":[{"role":"user","content":["x"]}]}
            messages[0].content[0].type         | {"messages":[{"role":"user","content":[{"text":"x"}]}]}
            messages[0].content[0].text         | {"messages":[{"role":"user","content":[{"type":"text"}]}]}
            messages[0].content[0].image_url    | {"messages":[{"role":"user","content":[{"type":"image_url"}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:text/html;base64,AA"}}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,AA"}}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/p g;base64,AA"}}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64"}}]}]}
            messages[0].content[0].image_url.url| {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":5}}]}]}
            messages[0]                         | {"messages":[{"role":"assistant"}]}
            messages[0]                         | {"messages":[{"role":"assistant","content":null,"tool_calls":[]}]}
            messages[0].tool_calls              | {"messages":[{"role":"assistant","tool_calls":{}}]}
            messages[0].tool_calls[0]           | {"messages":[{"role":"assistant","tool_calls":[1]}]}
            messages[0].tool_calls[0].function  | {"messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]}
            messages[0].tool_calls[0].id        | {"messages":[{"role":"assistant","tool_calls":[{"function":{}}]}]}
            messages[0].tool_calls[0].function.name     | {"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":""}}]}]}
            messages[0].tool_calls[0].function.arguments| {"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}}]}]}
            messages[0].tool_call_id            | {"messages":[{"role":"tool","content":"x"}]}
            messages[0].tool_call_id            | {"messages":[{"role":"tool","content":"x","tool_call_id":""}]}
            """)
    void a_broken_message_is_named_by_its_path(String param, String json) {
        assertRefused(failure(json), param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            model                       | "model":5
            temperature                 | "temperature":2.01
            temperature                 | "temperature":-0.1
            temperature                 | "temperature":"0.5"
            temperature                 | "temperature":1e999
            top_p                       | "top_p":1.5
            max_tokens                  | "max_tokens":0
            max_tokens                  | "max_tokens":1.5
            max_tokens                  | "max_tokens":99999999999
            max_completion_tokens       | "max_completion_tokens":-1
            n                           | "n":0
            n                           | "n":"1"
            stop                        | "stop":5
            stop                        | "stop":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]
            stop[1]                     | "stop":["a",5]
            stream                      | "stream":"true"
            stream_options              | "stream_options":true
            stream_options.include_usage| "stream_options":{"include_usage":1}
            tools                       | "tools":{}
            tools[0]                    | "tools":[1]
            tools[0].type               | "tools":[{}]
            tools[0].function           | "tools":[{"type":"function"}]
            tools[0].function.name      | "tools":[{"type":"function","function":{}}]
            tools[0].function.parameters| "tools":[{"type":"function","function":{"name":"f","parameters":[]}}]
            tools[0].function.description| "tools":[{"type":"function","function":{"name":"f","description":[]}}]
            tool_choice                 | "tool_choice":"any"
            tool_choice                 | "tool_choice":5
            tool_choice.type            | "tool_choice":{}
            tool_choice.function        | "tool_choice":{"type":"function"}
            tool_choice.function.name   | "tool_choice":{"type":"function","function":{}}
            metadata                    | "metadata":"x"
            metadata.poolName           | "metadata":{"poolName":5}
            metadata.group_name         | "metadata":{"group_name":""}
            """)
    void a_broken_field_is_named_by_its_path(String param, String field) {
        assertRefused(failure("{" + HI + "," + field + "}"), param);
    }

    private static void assertRefused(ModelFailure failure, String param) {
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure.param()).isEqualTo(param);
        assertThat(failure.message()).startsWith(param + " ").hasSizeLessThan(200);
        assertThat(failure.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "[]", "{", "{\"a\":1,\"a\":2}", "{} {}", "null", "\u0000", "{\"messages\":[}"})
    void what_is_no_json_object_is_refused_in_our_words(String body) {
        ModelFailure failure = failure(body);

        assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(failure.message()).startsWith("the request body ");
        assertThat(failure.param()).isNull();
    }

    @Test
    void a_refusal_never_echoes_the_input() {
        String longText = "secret".repeat(10_000);

        assertThat(failure("{\"messages\":[{\"role\":\"" + longText + "\",\"content\":\"x\"}]}")
                        .message())
                .doesNotContain("secret")
                .hasSizeLessThan(200);
        assertThat(failure("{\"" + "secret" + "\": secret}").message()).doesNotContain("secret");
    }

    @Test
    void invalid_utf_8_is_refused() {
        byte[] body = ("{" + HI.replace("hi", "é") + "}").getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> RequestJson.read(body))
                .isInstanceOf(ModelFailure.class)
                .hasMessage("the request body is not valid UTF-8");
    }

    @Test
    void a_thousand_levels_are_refused() {
        assertThat(failure("{" + HI + ",\"x\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}")
                        .message())
                .contains("at most 100 levels");
    }

    @Test
    void ten_megabytes_of_prompt_are_read() throws Exception {
        String text = "x".repeat(9_900_000);

        assertThat(message("{\"role\":\"user\",\"content\":\"" + text + "\"}").content())
                .containsExactly(new ContentPart.Text(text, Map.of()));
    }

    @Test
    void sixteen_stops_are_taken() throws Exception {
        assertThat(with("\"stop\":[" + "\"a\",".repeat(15) + "\"b\"]").stop()).hasSize(16);
    }
}

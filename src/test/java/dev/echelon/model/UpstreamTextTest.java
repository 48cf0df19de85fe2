package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
                "prompt is too long: 210000 tokens > 200000 maximum",
                "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022",
                "messages.0.content: text content blocks must be non-empty",
                "messages.1.content.0.tool_use.id: String should match pattern",
                "Invalid 'messages[1].content': string too long. Expected at most 1.5 MB, e.g. less.",
                "tools.0.input_schema.type: Field required",
                "Unsupported value: 'temperature' does not support 0.2 with gpt-4.1-mini, use 1/2 of it.",
                "the risk-free task-force of disk-usage",
                "Ungültig: größer als erlaubt. \uD83D\uDE00",
            })
    void explanations_stay_as_they_are(String text) {
        assertThat(UpstreamText.clean(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            see https://internal.example.com/x?y=z for more       | see *** for more
            at HTTP://10.0.0.1:8080/v1.                            | at ***.
            www.example.com said no                               | *** said no
            llm-gw.prod.svc.cluster.local refused                 | *** refused
            host=vllm.internal failed                             | *** failed
            "vllm.internal" failed                                | "***" failed
            (api.openai.com)                                      | (***)
            localhost and localhost:8000 and vllm-0:8000          | *** and *** and ***
            10.1.2.3 is busy                                      | *** is busy
            [fe80::1] and ::1                                     | [***] and ***
            mail ops@example.com                                  | mail ***
            File /usr/lib/python3/vllm/server.py                  | File ***
            C:\\app\\server.exe broke                             | *** broke
            key sk-proj-abc is wrong                              | key *** is wrong
            SK-ANT-API03-x is wrong                               | *** is wrong
            Authorization: Bearer abc.def                         | Authorization: Bearer ***
            bearer abc                                            | bearer ***
            api_key=abc and password:x                            | *** and ***
            api_key= abc                                          | api_key= ***
            "x-api-key": "abc"                                    | "x-api-key": "***"
            AIzaSyA1 or gsk_1 or hf_x or eyJhbGciOi               | *** or *** or *** or ***
            0123456789abcdef0123456789abcdef                      | ***
            key1sk-abc is wrong                                   | *** is wrong
            org-abc has no access                                 | *** has no access
            java.lang.NullPointerException                        | ***
            шлюз.example.xn--p1ai                                 | ***
            """)
    void masks_what_tells_too_much(String text, String cleaned) {
        assertThat(UpstreamText.clean(text)).isEqualTo(cleaned);
    }

    @Test
    void what_cannot_be_seen_goes_and_cannot_hide_a_name() {
        assertThat(UpstreamText.clean("a\u0000b\r\nc\td\u202Ee\u001B[31m")).isEqualTo("ab  c de[31m");
        assertThat(UpstreamText.clean("api.\u200Bopenai\u0000.com")).isEqualTo("***");
    }

    @Test
    void long_text_is_cut() {
        assertThat(UpstreamText.clean("word ".repeat(1_000)))
                .hasSizeLessThanOrEqualTo(UpstreamText.LONGEST)
                .endsWith("…");
        assertThat(UpstreamText.clean("x".repeat(UpstreamText.LONGEST))).hasSize(UpstreamText.LONGEST);
        assertThat(UpstreamText.clean("x".repeat(600))).hasSize(UpstreamText.LONGEST);
        assertThat(UpstreamText.clean("\uD83D\uDE00".repeat(600)).codePoints().filter(c -> c == 0xD83D))
                .isEmpty();
    }

    @Test
    void a_secret_at_the_cut_is_not_cut_open() {
        for (int before = 0; before < 5_000; before += 7) {
            String cleaned =
                    UpstreamText.clean("a ".repeat(before / 2) + "sk-canary-canary-canary " + "b ".repeat(3_000));
            assertThat(cleaned).doesNotContain("canary");
        }
        for (int secrets = 50; secrets < 1_000; secrets++) {
            assertThat(UpstreamText.clean("sk-canary ".repeat(secrets))).doesNotContain("canary");
        }
        assertThat(UpstreamText.clean("x".repeat(100_000))).isEqualTo("…");
    }

    @ParameterizedTest
    @CsvSource({
        "messages,messages",
        "messages[1].content,messages[1].content",
        "max_tokens,max_tokens",
        "tools[0].function.parameters,tools[0].function.parameters",
        "internal.example.com,",
        "sk-abc,",
        "secret words,",
        "Bearer,",
        "'',",
        "0,",
        ",",
    })
    void only_names_of_fields_pass_as_param(@Nullable String param, @Nullable String passed) {
        assertThat(UpstreamText.field(param)).isEqualTo(passed);
    }

    @Test
    void long_params_do_not_pass() {
        assertThat(UpstreamText.field("messages".repeat(50))).isNull();
    }

    @Property
    void any_text_becomes_short_and_visible(@ForAll String text) {
        String cleaned = UpstreamText.clean(text);

        assertThat(cleaned.length()).isLessThanOrEqualTo(UpstreamText.LONGEST);
        assertThat(cleaned.chars().anyMatch(Character::isISOControl)).isFalse();
    }
}

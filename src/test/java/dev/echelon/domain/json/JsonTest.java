package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":1,"a":2}      | has the same key twice
            {"a":{"b":1,"b":2}}| has the same key twice
            {"a":1} x          | is not valid JSON
            {"a":1}{}          | goes on after its JSON value
            {"a":1             | is not valid JSON
            {'a':1}            | is not valid JSON
            {"a":NaN}          | is not valid JSON
            {"a":01}           | is not valid JSON
            [1]                | is not a JSON object
            "text"             | is not a JSON object
            null               | is not a JSON object
            """)
    void refuses_what_is_no_object(String body, String reason) {
        assertThatThrownBy(() -> Json.readObject(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(JsonFault.class)
                .hasMessageStartingWith(reason);
        assertThatThrownBy(() -> Json.readObject(body))
                .isInstanceOf(JsonFault.class)
                .hasMessageStartingWith(reason);
    }

    @Test
    void refuses_an_empty_body() {
        assertThatThrownBy(() -> Json.readObject(new byte[0])).hasMessage("is empty");
        assertThatThrownBy(() -> Json.readObject("  ")).hasMessage("is empty");
    }

    @Test
    void says_where_the_fault_is_and_quotes_nothing() {
        assertThatThrownBy(() -> Json.readObject("{\n  \"a\": sk-secret}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageMatching("is not valid JSON \\(line 2, column \\d+\\)");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 1_000, 100_000})
    void refuses_what_is_nested_too_deep(int levels) {
        String body = "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";

        assertThatThrownBy(() -> Json.readObject(body.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("at most 100 levels");
    }

    @Test
    void takes_a_hundred_levels() throws Exception {
        String body = "{\"a\":" + "[".repeat(99) + "]".repeat(99) + "}";

        assertThat(Json.write(Json.readObject(body)))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(body);
    }

    @Test
    void refuses_long_numbers_names_and_strings() {
        String number = "{\"a\":" + "1".repeat(101) + "}";
        String name = "{\"" + "n".repeat(2_000) + "\":1}";
        String text = "{\"a\":\"" + "x".repeat(Json.MAX_STRING + 1) + "\"}";

        for (String body : new String[] {number, name, text}) {
            assertThatThrownBy(() -> Json.readObject(body.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(JsonFault.class)
                    .hasMessageContaining("is beyond a limit");
        }
    }

    @Test
    void takes_a_string_of_ten_million_characters() throws Exception {
        String body = "{\"a\":\"" + "x".repeat(Json.MAX_STRING) + "\"}";

        assertThat(Json.readObject(body.getBytes(StandardCharsets.UTF_8))
                        .path("a")
                        .textValue())
                .hasSize(Json.MAX_STRING);
    }

    @Test
    void a_body_in_utf_16_is_no_json() {
        assertThatThrownBy(() -> Json.readObject("{\"a\":1}".getBytes(StandardCharsets.UTF_16BE)))
                .isInstanceOf(JsonFault.class);
        assertThatThrownBy(() -> Json.readObject("{\"a\":1}".getBytes(StandardCharsets.UTF_16)))
                .hasMessage("is not valid UTF-8");
    }

    @Test
    void skips_a_byte_order_mark() throws Exception {
        assertThat(Json.readObject("\uFEFF{\"a\":1}".getBytes(StandardCharsets.UTF_8))
                        .path("a")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void malformed_utf_8_is_refused_from_a_caller_and_replaced_from_an_upstream() throws Exception {
        byte[] body = "{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Json.readObject(body)).hasMessage("is not valid UTF-8");
        assertThat(Json.readObjectLeniently(body).path("a").textValue()).isEqualTo("\uFFFD");
    }

    @Test
    void lone_surrogates_go_out_as_replacement_characters_in_values_and_names() throws Exception {
        ObjectNode read = Json.readObject("{\"a\":\"a\\udc00\\ud83d\\ude00\\ud83d\"}");
        read.put("\uD800x", 1);

        assertThat(Json.text(read)).isEqualTo("{\"a\":\"a\uFFFD\uD83D\uDE00\uFFFD\",\"\uFFFDx\":1}");
    }

    @Property
    void whatever_the_string_it_is_written_as_valid_utf_8_and_comes_back(
            @ForAll @CharRange(from = '\u0000', to = '\uFFFF') @StringLength(max = 40) String text) throws Exception {
        byte[] written = Json.write(JsonNodeFactory.instance.objectNode().put("a", text));

        assertThat(Utf8.isValid(written)).isTrue();
        assertThat(Json.readObject(written).path("a").textValue()).isEqualTo(CleanGenerator.clean(text));
    }

    @Property
    void surrogate_pairs_survive_any_border_within_the_generator(@ForAll @IntRange(max = 9_000) int before)
            throws Exception {
        String text = "x".repeat(before) + "\uD83D\uDE00" + "é";
        byte[] written = Json.write(JsonNodeFactory.instance.objectNode().put("a", text));

        assertThat(Json.readObject(written).path("a").textValue()).isEqualTo(text);
    }

    @Property
    void agrees_with_the_jdk_about_what_is_utf_8(@ForAll byte[] bytes) {
        String expected;
        try {
            expected = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            expected = null;
        }

        assertThat(Utf8.text(bytes)).isEqualTo(expected);
    }

    @Test
    void agrees_with_the_jdk_about_every_start_of_a_character() {
        int[] seconds = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
        for (int first = 0x80; first < 0x100; first++) {
            for (int second : seconds) {
                for (int third : seconds) {
                    for (int length = 1; length <= 4; length++) {
                        byte[] all = {(byte) first, (byte) second, (byte) third, (byte) 0x80};
                        byte[] bytes = Arrays.copyOf(all, length);
                        agrees_with_the_jdk_about_what_is_utf_8(bytes);
                    }
                }
            }
        }
    }

    @Test
    void an_unwritable_body_fails_loudly() {
        assertThatThrownBy(() -> Json.write(out -> {
                    throw new IOException("no");
                }))
                .isInstanceOf(UncheckedIOException.class);
    }
}

package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkJsonTest {

    private static final String HEAD =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":";

    private static String delta(String delta) {
        return HEAD + "[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
                "{\"content\":\"Hello\"}",
                "{\"reasoning_content\":\"hm\"}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}",
                "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{\"}}]}",
                "{\"tool_calls\":[{\"index\":1,\"extra_content\":{\"s\":1}}]}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"custom\",\"custom\":{\"input\":\"x\"}}]}",
                "{}",
            })
    void a_delta_comes_out_as_it_went_in(String delta) throws Exception {
        String chunk = delta(delta);

        assertThat(Json.readObject(ChunkJson.write(ChunkJson.read(chunk)))).isEqualTo(Json.readObject(chunk));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"logprobs\":null}],\"system_fingerprint\":\"fp\"}",
                "[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":0}}}",
                "[],\"prompt_filter_results\":[]}",
            })
    void the_last_chunks_come_out_as_they_went_in(String rest) throws Exception {
        String chunk = HEAD + rest;

        assertThat(Json.readObject(ChunkJson.write(ChunkJson.read(chunk)))).isEqualTo(Json.readObject(chunk));
    }

    @Test
    void small_differences_of_servers_are_taken() throws Exception {
        ChatChunk chunk = ChunkJson.read("{\"choices\":[{},{\"delta\":{\"tool_calls\":[{},{}]}}],\"usage\":null}");

        assertThat(chunk.id()).isEmpty();
        assertThat(chunk.choices()).extracting(ChatChunk.Delta::index).containsExactly(0, 1);
        assertThat(chunk.choices().get(1).toolCalls())
                .extracting(ChatChunk.ToolCallDelta::index)
                .containsExactly(0, 1);
        assertThat(chunk.usage()).isNull();
        assertThat(ChunkJson.read("{\"usage\":{\"prompt_tokens\":1}}").choices())
                .isEmpty();
    }

    @Test
    void of_another_dialect_only_what_means_the_same_is_written() {
        JsonNode text = JsonNodeFactory.instance.textNode("t");
        ChatChunk chunk = new ChatChunk(
                "msg",
                "claude",
                5,
                List.of(new ChatChunk.Delta(
                        0,
                        null,
                        null,
                        List.of(new ChatChunk.ToolCallDelta(0, null, null, "{", Map.of("x", text))),
                        null,
                        Map.of("reasoning_content", text, "signature", text),
                        Map.of("x", text))),
                null,
                "anthropic",
                Map.of("x", text));

        assertThat(new String(ChunkJson.write(chunk), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"msg\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"claude\","
                        + "\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                        + "{\"arguments\":\"{\"}}],\"reasoning_content\":\"t\"},\"finish_reason\":null}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":\"a\"}",
                "{\"refusal\":\"no\"}",
                "{\"reasoning_content\":\"hm\"}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\"}]}",
                "{\"audio\":{\"data\":\"x\"}}",
                "{\"function_call\":{\"name\":\"f\"}}",
            })
    void a_piece_of_the_answer_is_content(String delta) throws Exception {
        assertThat(ChunkJson.read(delta(delta)).hasContent()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"role\":\"assistant\",\"content\":\"\"}",
                "{\"content\":null,\"refusal\":null}",
                "{\"refusal\":\"\",\"annotations\":[],\"tool_calls\":[]}",
            })
    void a_beginning_is_no_content(String delta) throws Exception {
        assertThat(ChunkJson.read(delta(delta)).hasContent()).isFalse();
    }

    @Test
    void usage_alone_is_no_content() throws Exception {
        assertThat(ChunkJson.read(HEAD + "[]}").hasContent()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "[]",
                "{}",
                "{\"choices\":{}}",
                "{\"choices\":[1]}",
                "{\"choices\":[{\"delta\":[]}]}",
                "{\"choices\":[{\"delta\":{\"content\":5}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[5]}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":5}]}}]}",
                "{\"model\":{},\"choices\":[]}",
            })
    void what_is_no_chunk_is_a_bad_response(String data) {
        ModelFailure failure = catchThrowableOfType(ModelFailure.class, () -> ChunkJson.read(data));

        assertThat(failure.kind()).isEqualTo(FailureKind.BAD_RESPONSE);
        assertThat(failure.message()).doesNotContain("secret");
    }
}

package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.ChatChunk.Delta;
import dev.echelon.domain.ChatChunk.ToolCallDelta;
import dev.echelon.domain.json.ChunkJson;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.ResponseJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** An answer as events and as a whole. */
class JoinedAnswerTest {

    private static final Usage USAGE = new Usage(3, 4, 0, Map.of());

    private static JsonNode json(String text) throws Exception {
        return Json.readObject("{\"v\":" + text + "}").get("v");
    }

    private static ChatChunk chunk(String json) throws Exception {
        return ChunkJson.read("{\"id\":\"i\",\"model\":\"m\",\"created\":5,\"choices\":[" + json + "]}");
    }

    private static ChatResponse join(ChatChunk... chunks) {
        return Objects.requireNonNull(JoinedAnswer.of(List.of(chunks)), "not joined");
    }

    @Property
    void whatIsSplitIsJoinedToTheSame(
            @ForAll @Size(min = 1, max = 3) List<@StringLength(max = 9_000) String> texts, @ForAll boolean tools)
            throws Exception {
        List<ChatResponse.Choice> choices = new ArrayList<>();
        for (String text : texts) {
            List<ToolCall> calls = tools
                    ? List.of(
                            new ToolCall("c1", "f", "{\"a\":1}"),
                            new ToolCall("c2", "g", "{}", Map.of("signature", json("\"s\""))))
                    : List.of();
            choices.add(new ChatResponse.Choice(
                    choices.size(),
                    tools ? null : JsonText.of(text),
                    calls,
                    tools ? "tool_calls" : "stop",
                    Map.of("reasoning_content", json("\"because\"")),
                    Map.of("logprobs", json("{\"content\":[{\"token\":\"a\"}],\"refusal\":null}"))));
        }
        ChatResponse answer = new ChatResponse(
                "i", "m", 5, choices, USAGE, ChatRequest.OPENAI, Map.of("system_fingerprint", json("\"fp\"")));

        List<ChatChunk> events = AnswerPieces.split(answer);

        assertThat(JoinedAnswer.of(events)).isEqualTo(answer);
        assertThat(events.get(0).choices().get(0).role()).isEqualTo("assistant");
        assertThat(events.stream().filter(it -> it.usage() != null)).hasSize(1);
        for (ChatChunk event : events) {
            assertThat(ChunkJson.read(new String(ChunkJson.write(event), java.nio.charset.StandardCharsets.UTF_8)))
                    .as("every event can be sent")
                    .isNotNull();
        }
    }

    @Test
    void aLongTextIsCutBetweenCharacters() {
        String text = "\uD83D\uDE00".repeat(5_000);
        ChatResponse answer = new ChatResponse(
                "i",
                "m",
                5,
                List.of(new ChatResponse.Choice(0, JsonText.of("x" + text), List.of(), "stop", Map.of(), Map.of())),
                null,
                ChatRequest.OPENAI,
                Map.of());

        assertThat(AnswerPieces.split(answer)).allSatisfy(event -> {
            String piece = event.choices().get(0).content();
            if (piece != null) {
                assertThat(piece.length()).isLessThanOrEqualTo(4_000);
                assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                        .isFalse();
            }
        });
    }

    @Test
    void piecesOfAStreamMakeTheAnswerThatWouldHaveComePlain() throws Exception {
        ChatResponse joined = join(
                chunk(
                        "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":\"so \"}}"),
                chunk("{\"index\":0,\"delta\":{\"content\":\"hel\",\"reasoning_content\":\"it is\"},"
                        + "\"logprobs\":{\"content\":[1]}}"),
                chunk("{\"index\":0,\"delta\":{\"content\":\"lo\"},\"logprobs\":{\"content\":[2]}}"),
                chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"logprobs\":null}"),
                new ChatChunk("i", "m", 5, List.of(), USAGE, ChatRequest.OPENAI, Map.of("obfuscation", json("\"x\""))));

        assertThat(ResponseJson.write(joined))
                .asString()
                .contains("\"content\":\"hello\"")
                .contains("\"reasoning_content\":\"so it is\"")
                .contains("\"logprobs\":{\"content\":[1,2]}")
                .contains("\"completion_tokens\":4")
                .doesNotContain("obfuscation");
    }

    @Test
    void piecesOfToolCallsAreOneCallEach() throws Exception {
        ChatResponse joined = join(
                chunk(
                        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}"),
                chunk(
                        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}}"),
                chunk(
                        "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}]}}"),
                chunk("{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}}"),
                chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}"));

        assertThat(joined.choices().get(0).toolCalls())
                .containsExactly(new ToolCall("a", "f", "{\"x\":1}"), new ToolCall("b", "g", "{}"));
        assertThat(joined.choices().get(0).content()).isNull();
    }

    @Test
    void whatCannotBePutTogetherIsNotGuessed() throws Exception {
        Delta nameless =
                new Delta(0, null, null, List.of(new ToolCallDelta(0, null, "f", "{}")), "stop", Map.of(), Map.of());
        List<List<ChatChunk>> hopeless = List.of(
                List.of(),
                List.of(new ChatChunk("i", "m", 5, List.of(), USAGE, ChatRequest.OPENAI, Map.of())),
                List.of(new ChatChunk("i", "m", 5, List.of(nameless), null, ChatRequest.OPENAI, Map.of())),
                List.of(
                        chunk(
                                "{\"index\":0,\"delta\":{\"content\":\"a\"},\"filter\":{\"hate\":{\"severity\":\"safe\"}}}"),
                        chunk(
                                "{\"index\":0,\"delta\":{\"content\":\"b\"},\"filter\":{\"hate\":{\"severity\":\"low\"}}}")),
                List.of(
                        chunk("{\"index\":0,\"delta\":{\"content\":\"a\",\"more\":1}}"),
                        chunk("{\"index\":0,\"delta\":{\"content\":\"b\",\"more\":2}}")));

        assertThat(hopeless).allSatisfy(it -> assertThat(JoinedAnswer.of(it)).isNull());
        assertThat(join(
                                chunk(
                                        "{\"index\":0,\"delta\":{\"content\":\"a\"},\"filter\":{\"hate\":{\"severity\":\"safe\"}}}"),
                                chunk(
                                        "{\"index\":0,\"delta\":{\"content\":\"b\"},\"filter\":{\"hate\":{\"severity\":\"safe\"}}}"))
                        .text())
                .isEqualTo("ab");
    }
}

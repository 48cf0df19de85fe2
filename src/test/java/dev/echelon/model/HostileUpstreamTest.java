package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ChunkJson;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.ResponseJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replies of upstreams, bent at random: whatever comes, it is an answer or a failure in our words. The seed is fixed, so
 * that a finding comes back.
 */
class HostileUpstreamTest {

    /** More in a nightly run. */
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 5_000);

    private static final String CANARY = "canary";
    private static final Set<FailureKind> EXPLAINED =
            Set.of(FailureKind.INVALID_REQUEST, FailureKind.CONTEXT_LENGTH, FailureKind.CONTENT_FILTER);

    private static final String[] ANSWERS = {
        """
            {'id':'canary','created':1,'model':'canary','choices':[{'index':0,'message':{'role':'assistant','content':'canary',
            'tool_calls':[{'id':'canary','type':'function','function':{'name':'canary','arguments':'{}'}}]},'finish_reason':'stop'}],
            'usage':{'prompt_tokens':1,'completion_tokens':2,'prompt_tokens_details':{'cached_tokens':1}}}""",
        """
            {'id':'canary','model':'canary','content':[{'type':'thinking','thinking':'canary'},{'type':'text','text':'canary'},
            {'type':'tool_use','id':'canary','name':'canary','input':{'canary':1}}],'stop_reason':'end_turn',
            'usage':{'input_tokens':1,'output_tokens':2}}""",
        "{'error':{'message':'canary sk-canary0123456789abcdef https://canary.example','type':'canary','code':'canary','param':'canary'}}",
        "{'type':'error','error':{'type':'overloaded_error','message':'canary'}}",
        "[{'error':{'code':400,'message':'canary','status':'CANARY','details':[{'reason':'canary'}]}}]",
    };

    private static final String[] STREAMS = {
        """
            data: {'id':'canary','choices':[{'index':0,'delta':{'role':'assistant','content':'canary'},'finish_reason':null}]}

            data: {'id':'canary','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'canary','function':{'name':'canary','arguments':'{'}}]}}]}

            data: {'error':{'message':'canary','code':'canary'}}

            data: [DONE]

            """, """
            event: message_start
            data: {'type':'message_start','message':{'id':'canary','model':'canary','usage':{'input_tokens':1}}}

            data: {'type':'content_block_start','index':0,'content_block':{'type':'tool_use','id':'canary','name':'canary','input':{}}}

            data: {'type':'content_block_delta','index':0,'delta':{'type':'input_json_delta','partial_json':'canary'}}

            data: {'type':'content_block_stop','index':0}

            data: {'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'canary'}}

            data: {'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':5}}

            event: error
            data: {'type':'error','error':{'type':'canary','message':'canary'}}

            """,
    };

    private static final String[] SPICES = {
        "{",
        "}",
        "[",
        "]",
        "null",
        "5",
        "-1e999",
        "true",
        "\"",
        "\\ud800",
        "\\",
        ",",
        ":",
        "\n\n",
        "\r",
        "data: ",
        "\u0000",
        "[".repeat(200),
        "1".repeat(200),
        "{\"a\":".repeat(200),
        "\uD83D\uDE00",
        "'error':{}"
    };

    private final Random random = new Random(20_260_101);

    private byte[] bent(String sample) {
        byte[] bytes = utf8(sample.replace('\'', '"'));
        for (int turns = random.nextInt(4); turns >= 0; turns--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            bytes = switch (random.nextInt(5)) {
                case 0 -> Arrays.copyOf(bytes, at);
                case 1 -> flipped(bytes, at);
                case 2 -> spliced(bytes, at, at, utf8(SPICES[random.nextInt(SPICES.length)]));
                case 3 -> spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), new byte[0]);
                default -> spliced(bytes, at, Math.min(bytes.length, at + 4), new byte[] {(byte) random.nextInt()});
            };
        }
        return bytes;
    }

    private byte[] flipped(byte[] bytes, int at) {
        if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] in) {
        byte[] all = Arrays.copyOf(bytes, bytes.length - (to - from) + in.length);
        System.arraycopy(in, 0, all, from, in.length);
        System.arraycopy(bytes, to, all, from + in.length, bytes.length - to);
        return all;
    }

    private static Dialect dialect(String name) {
        return name.equals("openai") ? new OpenAiDialect(CLOCK) : new AnthropicDialect(CLOCK);
    }

    /** The message is ours alone, or ours with a cleaned explanation where the caller's request is at fault. */
    private static void assertOurs(ModelFailure failure) {
        if (EXPLAINED.contains(failure.kind())) {
            assertThat(failure.message())
                    .hasSizeLessThan(600)
                    .doesNotContain("sk-canary0123456789abcdef")
                    .doesNotContain("://");
        } else {
            assertThat(failure.message()).hasSizeLessThan(300).doesNotContainIgnoringCase(CANARY);
        }
        assertThat(failure.param()).isNotEqualTo(CANARY);
        assertThat(failure.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void a_bent_answer_is_an_answer_or_a_failure(String name) throws Exception {
        Dialect dialect = dialect(name);
        int answers = 0;
        for (int i = 0; i < ROUNDS; i++) {
            ChatResponse response;
            try {
                response = dialect.parse(bent(ANSWERS[i % ANSWERS.length]));
            } catch (ModelFailure failure) {
                assertOurs(failure);
                continue;
            }
            answers++;
            assertThat(response.choices()).isNotEmpty();
            assertThat(Json.readObject(ResponseJson.write(response)).path("choices"))
                    .isNotEmpty();
        }
        assertThat(answers).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void a_bent_error_is_a_failure(String name) {
        Dialect dialect = dialect(name);
        int[] statuses = {302, 400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 503, 529};
        for (int i = 0; i < ROUNDS; i++) {
            Map<String, String> headers = Map.of("retry-after", new String(bent("12.5"), StandardCharsets.ISO_8859_1));
            ModelFailure failure = dialect.classify(
                    statuses[random.nextInt(statuses.length)], headers::get, bent(ANSWERS[i % ANSWERS.length]));

            assertOurs(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void a_bent_stream_gives_chunks_or_a_failure(String name) throws Exception {
        Dialect dialect = dialect(name);
        int chunksSeen = 0;
        for (int i = 0; i < ROUNDS; i++) {
            StreamDecoder decoder = dialect.newStreamDecoder();
            List<ChatChunk> chunks = new ArrayList<>();
            SseParser parser = new SseParser((event, data) -> decoder.event(event, data, chunks::add), 10_000);
            byte[] bytes = bent(STREAMS[i % STREAMS.length]);
            try {
                int half = bytes.length / 2;
                parser.feed(bytes, 0, half);
                parser.feed(bytes, half, bytes.length - half);
                parser.finish();
            } catch (ModelFailure failure) {
                assertOurs(failure);
            }
            for (ChatChunk chunk : chunks) {
                Json.readObject(ChunkJson.write(chunk));
                chunksSeen++;
            }
        }
        assertThat(chunksSeen).isPositive();
    }
}

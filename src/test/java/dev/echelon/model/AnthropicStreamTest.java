package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.decode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Usage;
import dev.echelon.domain.json.ChunkJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicStreamTest {

    private static final String STREAM = """
            event: message_start
            data: {'type':'message_start','message':{'id':'msg_1','type':'message','role':'assistant','content':[],'model':'claude-x','stop_reason':null,'usage':{'input_tokens':25,'cache_read_input_tokens':5,'output_tokens':1}}}

            event: content_block_start
            data: {'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':''}}

            event: ping
            data: {'type':'ping'}

            event: content_block_delta
            data: {'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'hm'}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'sig'}}

            event: content_block_stop
            data: {'type':'content_block_stop','index':0}

            event: content_block_start
            data: {'type':'content_block_start','index':1,'content_block':{'type':'text','text':''}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'Let me '}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'look.'}}

            event: content_block_stop
            data: {'type':'content_block_stop','index':1}

            event: content_block_start
            data: {'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'toolu_1','name':'look','input':{}}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':''}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'{\\'x\\':'}}

            event: content_block_delta
            data: {'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'1}'}}

            event: content_block_stop
            data: {'type':'content_block_stop','index':2}

            event: content_block_start
            data: {'type':'content_block_start','index':3,'content_block':{'type':'tool_use','id':'toolu_2','name':'noop','input':{}}}

            event: content_block_stop
            data: {'type':'content_block_stop','index':3}

            event: message_delta
            data: {'type':'message_delta','delta':{'stop_reason':'tool_use','stop_sequence':null},'usage':{'input_tokens':0,'output_tokens':15}}

            event: message_stop
            data: {'type':'message_stop'}

            """;

    private final StreamDecoder decoder = new AnthropicDialect(CLOCK).newStreamDecoder();

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    /** Deltas and finish reasons only, as an OpenAI caller sees them. */
    private static List<String> seen(List<ChatChunk> chunks) {
        return chunks.stream()
                .map(chunk -> new String(ChunkJson.write(chunk), StandardCharsets.UTF_8))
                .map(json -> json.substring(json.indexOf("\"choices\"")).replace('"', '\''))
                .collect(Collectors.toList());
    }

    @Test
    void decodes_a_whole_stream() throws Exception {
        List<ChatChunk> chunks = decode(decoder, STREAM);

        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.id()).isEqualTo("msg_1");
            assertThat(chunk.model()).isEqualTo("claude-x");
            assertThat(chunk.created()).isEqualTo(1_700_000_000);
            assertThat(chunk.dialect()).isEqualTo("anthropic");
        });
        assertThat(seen(chunks))
                .containsExactly(
                        "'choices':[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'reasoning_content':'hm'},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'content':'Let me '},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'content':'look.'},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'toolu_1','type':'function',"
                                + "'function':{'name':'look','arguments':''}}]},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':"
                                + "'{\\'x\\':'}}]},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':"
                                + "'1}'}}]},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'tool_calls':[{'index':1,'id':'toolu_2','type':'function',"
                                + "'function':{'name':'noop','arguments':''}}]},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'tool_calls':[{'index':1,'function':{'arguments':"
                                + "'{}'}}]},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
                        "'choices':[],'usage':{'prompt_tokens':30,'completion_tokens':15,'total_tokens':45,"
                                + "'prompt_tokens_details':{'cached_tokens':5}}}");
        assertThat(decoder.finished()).isTrue();
        assertThat(decoder.skipped()).isZero();
    }

    @Test
    void the_stream_commits_with_the_first_thought_and_not_before() throws Exception {
        List<ChatChunk> chunks = decode(decoder, STREAM);

        assertThat(chunks.get(0).hasContent()).isFalse();
        assertThat(chunks.get(1).hasContent()).isTrue();
    }

    @Test
    void a_stream_without_its_end_is_not_finished() throws Exception {
        decode(decoder, STREAM.replace("'message_stop'", "'ping'"));

        assertThat(decoder.finished()).isFalse();
    }

    @Test
    void text_and_thinking_may_come_with_the_start_of_their_block() throws Exception {
        List<ChatChunk> chunks = decode(
                decoder,
                event("{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':'hm'}}")
                        + event("{'type':'content_block_start','index':1,'content_block':{'type':'text','text':'a'}}"));

        assertThat(seen(chunks))
                .containsExactly(
                        "'choices':[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'reasoning_content':'hm'},'finish_reason':null}]}",
                        "'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':null}]}");
    }

    @Test
    void arguments_may_come_with_the_start_of_their_block() throws Exception {
        List<ChatChunk> chunks = decode(
                decoder,
                event("{'type':'content_block_start','index':7,'content_block':"
                                + "{'type':'tool_use','id':'t','name':'f','input':{'a':1}}}")
                        + event("{'type':'content_block_stop','index':7}"));

        assertThat(chunks.get(2).choices().get(0).toolCalls())
                .containsExactly(new ChatChunk.ToolCallDelta(0, null, null, "{\"a\":1}"));
    }

    @Test
    void a_stream_that_never_said_why_it_stopped_just_stopped() throws Exception {
        List<ChatChunk> chunks = decode(decoder, event("{'type':'message_stop'}") + event("{'type':'message_stop'}"));

        assertThat(chunks).hasSize(2);
        assertThat(chunks.get(1).choices().get(0).finishReason()).isEqualTo("stop");
        assertThat(decoder.finished()).isTrue();
    }

    @Test
    void counts_only_grow() throws Exception {
        List<ChatChunk> chunks = decode(
                decoder,
                event("{'type':'message_start','message':{'usage':{'input_tokens':9,'cache_creation_input_tokens':1}}}")
                        + event("{'type':'message_delta','delta':{},'usage':"
                                + "{'input_tokens':null,'output_tokens':3,'cache_creation_input_tokens':0}}")
                        + event("{'type':'message_stop'}"));

        Usage usage = Objects.requireNonNull(chunks.get(chunks.size() - 1).usage());
        assertThat(usage.promptTokens()).isEqualTo(10);
        assertThat(usage.completionTokens()).isEqualTo(3);
    }

    @Test
    void unreadable_events_are_left_out_and_counted() throws Exception {
        List<ChatChunk> chunks = decode(
                decoder,
                event("{broken")
                        + event("[]")
                        + event("{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':5}}")
                        + event("{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta'}}")
                        + event(
                                "{'type':'content_block_delta','index':9,'delta':{'type':'input_json_delta','partial_json':'x'}}")
                        + event("{'type':'content_block_start','index':0,'content_block':{'type':'tool_use'}}"));

        assertThat(chunks).isEmpty();
        assertThat(decoder.skipped()).isEqualTo(6);
    }

    @Test
    void what_the_api_may_learn_to_say_is_ignored() throws Exception {
        List<ChatChunk> chunks = decode(
                decoder,
                event("{'type':'content_block_delta','index':0,'delta':{'type':'citations_delta','citation':{}}}")
                        + event("{'type':'content_block_start','index':0,'content_block':{'type':'server_tool_use'}}")
                        + event("{'type':'content_block_stop','index':0}")
                        + event("{'type':'something_new'}")
                        + "event: ping\ndata: {}\n\n");

        assertThat(chunks).isEmpty();
        assertThat(decoder.skipped()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded_error,RATE_LIMIT",
        "rate_limit_error,RATE_LIMIT",
        "api_error,SERVER_ERROR",
        "timeout_error,SERVER_ERROR",
        "authentication_error,AUTH",
        "permission_error,AUTH",
        "not_found_error,AUTH",
        "billing_error,QUOTA",
        "invalid_request_error,INVALID_REQUEST",
        "request_too_large,INVALID_REQUEST",
        "something_new,SERVER_ERROR",
    })
    void an_error_event_is_a_failure_of_its_class(String type, FailureKind kind) {
        ModelFailure failure = catchThrowableOfType(
                ModelFailure.class,
                () -> decode(
                        decoder,
                        "event: error\n" + event("{'type':'error','error':{'type':'" + type + "','message':'x'}}")));

        assertThat(failure.kind()).isEqualTo(kind);
    }
}

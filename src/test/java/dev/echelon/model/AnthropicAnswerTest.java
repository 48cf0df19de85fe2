package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ToolCall;
import dev.echelon.domain.Usage;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicAnswerTest {

    private final AnthropicDialect dialect = new AnthropicDialect(CLOCK);

    private ChatResponse parse(String json) throws ModelFailure {
        return dialect.parse(utf8(json.replace('\'', '"')));
    }

    @Test
    void reads_text_and_calls_of_tools() throws Exception {
        ChatResponse response = parse("""
                {'id':'msg_1','type':'message','role':'assistant','model':'claude-x','content':[
                {'type':'text','text':'Let me '},{'type':'text','text':'look.'},
                {'type':'tool_use','id':'toolu_1','name':'look','input':{'x':[1,2]}},
                {'type':'tool_use','id':'toolu_2','name':'noop','input':{}}],
                'stop_reason':'tool_use','stop_sequence':null,'container':null,
                'usage':{'input_tokens':10,'cache_creation_input_tokens':3,'cache_read_input_tokens':4,'output_tokens':5,
                'service_tier':'standard'}}""");

        assertThat(response.id()).isEqualTo("msg_1");
        assertThat(response.model()).isEqualTo("claude-x");
        assertThat(response.created()).isEqualTo(1_700_000_000);
        assertThat(response.dialect()).isEqualTo("anthropic");
        assertThat(response.extras()).containsOnlyKeys("container");
        ChatResponse.Choice choice = response.choices().get(0);
        assertThat(choice.text()).isEqualTo("Let me look.");
        assertThat(choice.toolCalls())
                .containsExactly(
                        new ToolCall("toolu_1", "look", "{\"x\":[1,2]}"), new ToolCall("toolu_2", "noop", "{}"));
        assertThat(choice.finishReason()).isEqualTo("tool_calls");
        assertThat(choice.messageExtras()).isEmpty();
        assertThat(choice.extras()).containsOnlyKeys("stop_reason", "stop_sequence");
        Usage usage = Objects.requireNonNull(response.usage());
        assertThat(usage.promptTokens()).isEqualTo(17);
        assertThat(usage.completionTokens()).isEqualTo(5);
        assertThat(usage.cachedTokens()).isEqualTo(4);
        assertThat(usage.extras()).containsOnlyKeys("cache_creation_input_tokens", "service_tier");
    }

    @Test
    void thinking_is_reasoning_and_its_blocks_are_kept() throws Exception {
        ChatResponse.Choice choice = parse("""
                        {'content':[{'type':'thinking','thinking':'hm','signature':'s'},
                        {'type':'redacted_thinking','data':'x'},{'type':'text','text':'so'}],'stop_reason':'end_turn'}""").choices().get(0);

        assertThat(choice.text()).isEqualTo("so");
        assertThat(choice.messageExtras()).containsOnlyKeys("reasoning_content", "content_blocks");
        assertThat(choice.messageExtras().get("reasoning_content")).hasToString("\"hm\"");
        assertThat(choice.messageExtras().get("content_blocks")).hasSize(3);
    }

    @Test
    void blocks_with_more_than_text_are_kept() throws Exception {
        assertThat(parse("{'content':[{'type':'text','text':'a','citations':[]}]}")
                        .choices()
                        .get(0)
                        .messageExtras())
                .containsOnlyKeys("content_blocks");
        assertThat(parse("{'content':[{'type':'server_tool_use'}]}").text()).isEmpty();
    }

    @Test
    void an_answer_of_calls_alone_has_no_content() throws Exception {
        ChatResponse.Choice choice = parse("{'content':[{'type':'tool_use','id':'a','name':'f'}]}")
                .choices()
                .get(0);

        assertThat(choice.content()).isNull();
        assertThat(choice.toolCalls()).containsExactly(new ToolCall("a", "f", "{}"));
        assertThat(choice.finishReason()).isNull();
    }

    @Test
    void an_empty_answer_is_an_answer() throws Exception {
        ChatResponse response = parse("{'content':[],'stop_reason':'end_turn'}");

        assertThat(response.choices().get(0).text()).isEmpty();
        assertThat(response.usage()).isNull();
    }

    @Test
    void nonsense_counts_as_zero() throws Exception {
        assertThat(parse(
                                "{'content':[],'stop_reason':'end_turn','usage':{'input_tokens':-1,'output_tokens':'x','cache_read_input_tokens':1e300}}")
                        .usage())
                .isEqualTo(new Usage(0, 0, 0, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn,stop",
        "stop_sequence,stop",
        "pause_turn,stop",
        "max_tokens,length",
        "model_context_window_exceeded,length",
        "tool_use,tool_calls",
        "refusal,content_filter",
        "something_new,something_new",
        ","
    })
    void translates_why_it_stopped(@Nullable String theirs, @Nullable String ours) {
        assertThat(AnthropicAnswer.finishReason(theirs)).isEqualTo(ours);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "[]",
                "{}",
                "{'content':'secret'}",
                "{'content':['secret']}",
                "{'content':[{}]}",
                "{'content':[{'type':'text'}]}",
                "{'content':[{'type':'text','text':5}]}",
                "{'content':[{'type':'tool_use','name':'secret'}]}",
                "{'content':[{'type':'tool_use','id':'secret'}]}",
                "{'content':[{'type':'text','text':'secret",
                "{'type':'error','error':{'type':'api_error','message':'secret'}}",
                "{'type':'error','error':{'type':'invalid_request_error','message':'secret'}}",
            })
    void what_is_no_answer_is_a_bad_response_without_its_text(String body) {
        ModelFailure failure = catchThrowableOfType(ModelFailure.class, () -> parse(body));

        assertThat(failure.kind()).isEqualTo(FailureKind.BAD_RESPONSE);
        assertThat(failure.message()).doesNotContain("secret");
    }

    @Test
    void an_overload_in_a_200_is_an_overload() {
        ModelFailure failure = catchThrowableOfType(
                ModelFailure.class, () -> parse("{'type':'error','error':{'type':'overloaded_error','message':'x'}}"));

        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMIT);
    }

    @Test
    void classifies_answers_that_are_errors() {
        assertThat(dialect.classify(529, name -> null, new byte[0]).kind()).isEqualTo(FailureKind.RATE_LIMIT);
    }
}

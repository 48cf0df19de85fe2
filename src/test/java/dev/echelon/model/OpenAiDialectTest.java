package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.decode;
import static dev.echelon.model.Upstreams.json;
import static dev.echelon.model.Upstreams.request;
import static dev.echelon.model.Upstreams.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Secret;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import dev.echelon.domain.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiDialectTest {

    private static final String STREAM = """
            : OPENROUTER PROCESSING

            data: {'id':'c','object':'chat.completion.chunk','created':1,'model':'gpt-4o','choices':[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]}

            data: {'id':'c','object':'chat.completion.chunk','created':1,'model':'gpt-4o','choices':[{'index':0,'delta':{'content':'Hello'},'finish_reason':null}]}

            data: {'id':'c','object':'chat.completion.chunk','created':1,'model':'gpt-4o','choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}

            data: {'id':'c','object':'chat.completion.chunk','created':1,'model':'gpt-4o','choices':[],'usage':{'prompt_tokens':3,'completion_tokens':1,'total_tokens':4}}

            data: [DONE]

            """;

    private final OpenAiDialect dialect = new OpenAiDialect(CLOCK);

    @Test
    void renders_a_plain_request() throws Exception {
        byte[] body = dialect.render(
                request("{'model':'fast_pool','messages':[{'role':'user','content':'hi'}],'seed':1}"), "gpt-4o");
        Dialect.Head head = dialect.head(new Secret("sk-1"), false);

        assertThat(head.path()).isEqualTo("/chat/completions");
        assertThat(head.headers())
                .containsExactly(
                        Map.entry("content-type", "application/json"),
                        Map.entry("accept", "application/json"),
                        Map.entry("accept-encoding", "identity"),
                        Map.entry("authorization", "Bearer sk-1"));
        assertThat(Json.readObject(body))
                .isEqualTo(json("{'model':'gpt-4o','messages':[{'role':'user','content':'hi'}],'seed':1}"));
        assertThat(head).hasToString("Head[/chat/completions]");
    }

    @Test
    void renders_a_stream() throws Exception {
        byte[] body = dialect.render(request("{'messages':[{'role':'user','content':'hi'}],'stream':true}"), "m");

        assertThat(dialect.head(Secret.NONE, true).headers())
                .contains(Map.entry("accept", "text/event-stream"))
                .noneMatch(header -> header.getKey().equals("authorization"));
        assertThat(Json.readObject(body).path("stream_options")).isEqualTo(json("{'include_usage':true}"));
    }

    @Test
    void parses_an_answer() throws Exception {
        assertThat(dialect.parse(utf8("{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}"))
                        .text())
                .isEqualTo("hello");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"error":{"message":"secret"}}                                        | BAD_RESPONSE
            {"error":"secret"}                                                    | BAD_RESPONSE
            {"error":{"message":"secret","type":"server_error"}}                  | BAD_RESPONSE
            {"error":{"message":"secret","type":"invalid_request_error"}}         | BAD_RESPONSE
            {"error":{"message":"secret","code":503}}                             | BAD_RESPONSE
            {"error":{"message":"x","code":429}}                                  | RATE_LIMIT
            {"error":{"message":"x","code":"insufficient_quota"}}                 | QUOTA
            {"error":{"message":"x","code":"invalid_api_key"}}                    | AUTH
            {"error":{"message":"x","code":"context_length_exceeded"}}            | CONTEXT_LENGTH
            {"error":{"message":"x","code":"content_filter"}}                     | CONTENT_FILTER
            {"error":null}                                                        | BAD_RESPONSE
            {"choices":[]}                                                        | BAD_RESPONSE
            {"choices":[{"mess                                                    | BAD_RESPONSE
            <html>secret</html>                                                   | BAD_RESPONSE
            """)
    void an_error_in_a_200_is_never_an_answer(String body, FailureKind kind) {
        ModelFailure failure = catchThrowableOfType(ModelFailure.class, () -> dialect.parse(utf8(body)));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).doesNotContain("secret");
    }

    @Test
    void decodes_a_stream() throws Exception {
        StreamDecoder decoder = dialect.newStreamDecoder();
        List<ChatChunk> chunks = decode(decoder, STREAM);

        assertThat(chunks).hasSize(4);
        assertThat(chunks).extracting(ChatChunk::hasContent).containsExactly(false, true, false, false);
        assertThat(chunks.get(3).usage()).isNotNull();
        assertThat(decoder.finished()).isTrue();
        assertThat(decoder.skipped()).isZero();
    }

    @Test
    void a_stream_without_its_end_is_not_finished() throws Exception {
        StreamDecoder decoder = dialect.newStreamDecoder();
        decode(decoder, STREAM.replace("data: [DONE]\n\n", ""));

        assertThat(decoder.finished()).isFalse();
    }

    @Test
    void unreadable_events_are_left_out_and_counted() throws Exception {
        StreamDecoder decoder = dialect.newStreamDecoder();
        List<ChatChunk> chunks = decode(decoder, """
                data: {broken

                data: 5

                data:

                data: {'choices':{}}

                data: {'choices':[]}

                data:  [DONE]

                data: {more

                """);

        assertThat(chunks).hasSize(1);
        assertThat(decoder.skipped()).isEqualTo(4);
        assertThat(decoder.finished()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            data: {'error':{'message':'x','type':'server_error'}}               | SERVER_ERROR
            data: {'error':{'message':'x','code':'rate_limit_exceeded'}}        | RATE_LIMIT
            data: {'error':{'message':'x','type':'overloaded_error'}}           | RATE_LIMIT
            data: {'error':{'message':'x','code':429}}                          | RATE_LIMIT
            data: {'error':{'message':'x','code':'502'}}                        | SERVER_ERROR
            data: {'error':{'message':'x','type':'insufficient_quota'}}         | QUOTA
            data: {'error':{'message':'x','code':'invalid_api_key'}}            | AUTH
            data: {'error':{'message':'x','code':'model_not_found'}}            | AUTH
            data: {'error':{'message':'x','code':'context_length_exceeded'}}    | CONTEXT_LENGTH
            data: {'error':{'message':'x','code':'content_filter'}}             | CONTENT_FILTER
            data: {'error':{'message':'x','type':'invalid_request_error'}}      | INVALID_REQUEST
            data: {'error':'x'}                                                 | SERVER_ERROR
            """)
    void an_error_in_a_stream_is_a_failure_of_its_class(String event, FailureKind kind) {
        ModelFailure failure =
                catchThrowableOfType(ModelFailure.class, () -> decode(dialect.newStreamDecoder(), event + "\n\n"));

        assertThat(failure.kind()).isEqualTo(kind);
    }

    @Test
    void an_event_named_error_is_one_whatever_it_holds() {
        ModelFailure failure = catchThrowableOfType(
                ModelFailure.class,
                () -> decode(dialect.newStreamDecoder(), "event: error\ndata: {'message':'x','code':429}\n\n"));

        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMIT);
    }

    @Test
    void supports_whatever_an_openai_caller_says() throws Exception {
        assertThat(dialect.supports(request("""
                {'messages':[{'role':'user','content':[{'type':'file','file':{}}]}],'n':5,
                'tools':[{'type':'custom','custom':{}}],'tool_choice':{'type':'custom'}}"""))).isTrue();
    }

    @Test
    void does_not_support_what_only_another_dialect_can_say() {
        ContentPart.Opaque thinking = new ContentPart.Opaque("anthropic", JsonNodeFactory.instance.objectNode());
        ContentPart.Image image = new ContentPart.Image("https://a/b", null, null, null, Map.of());
        ContentPart.Text text = new ContentPart.Text("t", Map.of());
        ToolDefinition builtIn = new ToolDefinition("", null, null, Map.of(), JsonNodeFactory.instance.objectNode());
        ToolDefinition function = new ToolDefinition("f", null, null, Map.of(), null);
        ToolChoice odd = new ToolChoice.Opaque(JsonNodeFactory.instance.objectNode());

        assertThat(dialect.supports(anthropic(Role.USER, text, function, null))).isTrue();
        assertThat(dialect.supports(anthropic(Role.USER, image, function, new ToolChoice.Auto())))
                .isTrue();
        assertThat(dialect.supports(anthropic(Role.TOOL, image, function, null)))
                .isFalse();
        assertThat(dialect.supports(anthropic(Role.USER, thinking, function, null)))
                .isFalse();
        assertThat(dialect.supports(anthropic(Role.USER, text, builtIn, null))).isFalse();
        assertThat(dialect.supports(anthropic(Role.USER, text, function, odd))).isFalse();
    }

    private static ChatRequest anthropic(
            Role role, ContentPart part, ToolDefinition tool, @Nullable ToolChoice choice) {
        return new ChatRequest(
                ChatRequest.ANTHROPIC,
                null,
                List.of(new ChatMessage(role, List.of(part), List.of(), null, Map.of())),
                List.of(tool),
                choice,
                null,
                null,
                null,
                List.of(),
                false,
                false,
                Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void dialects_are_found_by_name(String name) {
        Dialect found = Dialects.standard(CLOCK).get(name);

        assertThat(found.name()).isEqualTo(name);
    }

    @Test
    void unknown_dialects_are_not_found_and_names_are_unique() {
        Dialects dialects = Dialects.standard(CLOCK);

        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> dialects.get("gemini")))
                .hasMessage("there is no dialect gemini, only [anthropic, openai]");
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new Dialects(List.of(dialect, dialect))))
                .hasMessage("two dialects are named openai");
    }
}

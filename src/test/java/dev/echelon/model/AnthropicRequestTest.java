package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.json;
import static dev.echelon.model.Upstreams.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatMessage;
import dev.echelon.domain.ChatMessage.Role;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ContentPart;
import dev.echelon.domain.Secret;
import dev.echelon.domain.ToolChoice;
import dev.echelon.domain.ToolDefinition;
import dev.echelon.domain.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicRequestTest {

    private static final String HI = "'messages':[{'role':'user','content':'hi'}]";

    private final AnthropicDialect dialect = new AnthropicDialect(CLOCK);

    private ObjectNode rendered(ChatRequest request) throws Exception {
        return Json.readObject(dialect.render(request, "claude"));
    }

    private ObjectNode rendered(String json) throws Exception {
        return rendered(request(json));
    }

    private JsonNode messages(String messages) throws Exception {
        return rendered("{'messages':[" + messages + "]}").path("messages");
    }

    @Test
    void renders_a_full_conversation() throws Exception {
        ObjectNode body = rendered("""
                {'model':'fast_pool','messages':[
                {'role':'system','content':'Be brief.'},
                {'role':'user','content':[{'type':'text','text':'What is this?'},
                 {'type':'image_url','image_url':{'url':'data:image/jpg;base64,AAAA','detail':'low'}},
                 {'type':'image_url','image_url':{'url':'https://a.example/b.png'}}]},
                {'role':'developer','content':'Be kind.'},
                {'role':'assistant','content':'Let me look.','tool_calls':[
                 {'id':'call_1','type':'function','function':{'name':'look','arguments':'{\\'x\\':1}'}},
                 {'id':'functions.look:1','type':'function','function':{'name':'look','arguments':'{broken'}}]},
                {'role':'tool','tool_call_id':'call_1','content':'a cat'},
                {'role':'tool','tool_call_id':'functions.look:1','content':[{'type':'text','text':'a'},{'type':'text','text':'dog'}]},
                {'role':'user','content':'And?'}],
                'tools':[{'type':'function','function':{'name':'look','description':'Looks.',
                 'parameters':{'type':'object','properties':{'x':{'type':'integer'}}},'strict':true}},
                 {'type':'function','function':{'name':'noop'}},
                 {'type':'function','function':{'name':'loose','parameters':{'properties':{}}}}],
                'tool_choice':'required','parallel_tool_calls':false,
                'temperature':1.5,'max_tokens':100,'stop':['END','  '],'stream':true,'user':'u-1','seed':1,'logprobs':false}""");

        assertThat(body).isEqualTo(json("""
                {'model':'claude','max_tokens':100,
                'system':[{'type':'text','text':'Be brief.'},{'type':'text','text':'Be kind.'}],
                'messages':[
                {'role':'user','content':[{'type':'text','text':'What is this?'},
                 {'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'AAAA'}},
                 {'type':'image','source':{'type':'url','url':'https://a.example/b.png'}}]},
                {'role':'assistant','content':[{'type':'text','text':'Let me look.'},
                 {'type':'tool_use','id':'call_1','name':'look','input':{'x':1}},
                 {'type':'tool_use','id':'functions_look_1','name':'look','input':{}}]},
                {'role':'user','content':[
                 {'type':'tool_result','tool_use_id':'call_1','content':'a cat'},
                 {'type':'tool_result','tool_use_id':'functions_look_1','content':[{'type':'text','text':'a'},{'type':'text','text':'dog'}]},
                 {'type':'text','text':'And?'}]}],
                'tools':[{'name':'look','description':'Looks.','input_schema':{'type':'object','properties':{'x':{'type':'integer'}}}},
                 {'name':'noop','input_schema':{'type':'object','properties':{}}},
                 {'name':'loose','input_schema':{'type':'object','properties':{}}}],
                'tool_choice':{'type':'any','disable_parallel_tool_use':true},
                'temperature':1.0,'stop_sequences':['END'],'stream':true,'metadata':{'user_id':'u-1'}}"""));
    }

    @Test
    void renders_the_smallest_request() throws Exception {
        assertThat(rendered("{" + HI + "}")).isEqualTo(json("""
                {'model':'claude','max_tokens':4096,
                'messages':[{'role':'user','content':[{'type':'text','text':'hi'}]}]}"""));
    }

    @Test
    void sends_key_and_version() throws Exception {
        Dialect.Head plain = dialect.head(new Secret("key"), false);
        Dialect.Head stream = dialect.head(Secret.NONE, true);

        assertThat(plain.path()).isEqualTo("/v1/messages");
        assertThat(plain.headers())
                .containsExactly(
                        Map.entry("content-type", "application/json"),
                        Map.entry("accept", "application/json"),
                        Map.entry("accept-encoding", "identity"),
                        Map.entry("anthropic-version", "2023-06-01"),
                        Map.entry("x-api-key", "key"));
        assertThat(stream.headers()).contains(Map.entry("accept", "text/event-stream"));
        assertThat(stream.headers()).noneMatch(header -> header.getKey().equals("x-api-key"));
    }

    @Test
    void one_instruction_is_a_string() throws Exception {
        assertThat(rendered("{'messages':[{'role':'developer','content':'d'},{'role':'user','content':'u'}]}")
                        .path("system")
                        .textValue())
                .isEqualTo("d");
    }

    @Test
    void instructions_alone_are_the_prompt() throws Exception {
        assertThat(rendered("{'messages':[{'role':'system','content':'a'},{'role':'system','content':'b'}]}"))
                .isEqualTo(json("""
                        {'model':'claude','max_tokens':4096,'messages':[{'role':'user',
                        'content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}]}"""));
    }

    @Test
    void neighbours_of_one_side_become_one_turn() throws Exception {
        assertThat(messages("{'role':'user','content':'a'},{'role':'user','content':'b'},"
                        + "{'role':'assistant','content':'c'},{'role':'assistant','content':'d'}"))
                .hasToString(json("""
                        {'x':[{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]},
                        {'role':'assistant','content':[{'type':'text','text':'c'},{'type':'text','text':'d'}]}]}""").path("x").toString());
    }

    @Test
    void results_of_tools_come_before_what_the_user_says() throws Exception {
        JsonNode content = messages("{'role':'user','content':'wait'},{'role':'tool','tool_call_id':'a','content':'1'},"
                        + "{'role':'tool','tool_call_id':'b','content':'2'}")
                .at("/0/content");

        assertThat(content.findValuesAsText("type")).containsExactly("tool_result", "tool_result", "text");
        assertThat(content.findValuesAsText("tool_use_id")).containsExactly("a", "b");
    }

    @Test
    void empty_text_is_left_out_and_so_is_who_says_nothing_else() throws Exception {
        assertThat(messages("{'role':'user','content':'a'},{'role':'assistant','content':''},"
                        + "{'role':'assistant','content':'  ','tool_calls':[{'id':'c','function':{'name':'f','arguments':''}}]},"
                        + "{'role':'tool','tool_call_id':'c','content':''},{'role':'user','content':' '}"))
                .isEqualTo(json("""
                        {'x':[{'role':'user','content':[{'type':'text','text':'a'}]},
                        {'role':'assistant','content':[{'type':'tool_use','id':'c','name':'f','input':{}}]},
                        {'role':'user','content':[{'type':'tool_result','tool_use_id':'c'}]}]}""").path("x"));
    }

    @Test
    void a_conversation_may_begin_with_the_assistant() throws Exception {
        assertThat(messages("{'role':'assistant','content':'Hello!'},{'role':'user','content':'hi'}")
                        .findValuesAsText("role"))
                .containsExactly("assistant", "user");
    }

    @Test
    void a_beginning_that_the_model_is_to_continue_does_not_end_in_white_space() throws Exception {
        assertThat(messages("{'role':'user','content':'a'},{'role':'assistant','content':'{ '}")
                        .at("/1/content/0/text")
                        .textValue())
                .isEqualTo("{");
        assertThat(messages("{'role':'assistant','content':'b '},{'role':'user','content':'a '}")
                        .findValuesAsText("text"))
                .containsExactly("b ", "a ");
    }

    @Test
    void a_refusal_is_what_the_assistant_said() throws Exception {
        assertThat(messages("{'role':'assistant','content':null,'refusal':'no'},{'role':'user','content':'why'},"
                                + "{'role':'assistant','content':[{'type':'refusal','refusal':'so'}]}")
                        .findValuesAsText("text"))
                .containsExactly("no", "why", "so");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'auto'                                   | {'type':'auto'}
            'none'                                   | {'type':'none'}
            'required'                               | {'type':'any'}
            {'type':'function','function':{'name':'f'}} | {'type':'tool','name':'f'}
            """, quoteCharacter = '"')
    void translates_the_choice_of_tools(String choice, String expected) throws Exception {
        assertThat(rendered("{" + HI + ",'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':" + choice
                                + "}")
                        .path("tool_choice"))
                .isEqualTo(json(expected));
    }

    @Test
    void one_call_at_a_time_is_a_choice_of_its_own() throws Exception {
        String tools = "{" + HI + ",'tools':[{'type':'function','function':{'name':'f'}}],'parallel_tool_calls':false";

        assertThat(rendered(tools + "}").path("tool_choice"))
                .isEqualTo(json("{'type':'auto','disable_parallel_tool_use':true}"));
        assertThat(rendered(tools + ",'tool_choice':'none'}").path("tool_choice"))
                .isEqualTo(json("{'type':'none'}"));
    }

    @Test
    void without_tools_there_is_no_choice() throws Exception {
        assertThat(rendered("{" + HI + ",'tool_choice':'none','parallel_tool_calls':false}")
                        .has("tool_choice"))
                .isFalse();
    }

    @Test
    void only_one_of_temperature_and_top_p_is_sent() throws Exception {
        assertThat(rendered("{" + HI + ",'temperature':0.5,'top_p':0.9}"))
                .isEqualTo(rendered("{" + HI + ",'temperature':0.5}"));
        assertThat(rendered("{" + HI + ",'top_p':0.9}").path("top_p").doubleValue())
                .isEqualTo(0.9);
    }

    @Test
    void the_marker_of_the_cache_means_the_same_in_both_dialects() throws Exception {
        ObjectNode body = rendered("""
                {'messages':[{'role':'user','content':[{'type':'text','text':'a','cache_control':{'type':'ephemeral'},'x':1}]}],
                'tools':[{'type':'function','function':{'name':'f'},'cache_control':{'type':'ephemeral'}}]}""");

        assertThat(body.at("/messages/0/content/0"))
                .isEqualTo(json("{'type':'text','text':'a','cache_control':{'type':'ephemeral'}}"));
        assertThat(body.at("/tools/0/cache_control/type").textValue()).isEqualTo("ephemeral");
    }

    @Test
    void a_caller_of_the_same_dialect_is_passed_on_as_it_is() throws Exception {
        ObjectNode one = json("{'type':'thinking','thinking':'hm','signature':'s'}");
        Map<String, JsonNode> extras = Map.of("x", one);
        ChatRequest request = new ChatRequest(
                ChatRequest.ANTHROPIC,
                "claude",
                List.of(
                        ChatMessage.text(Role.SYSTEM, "s"),
                        new ChatMessage(
                                Role.ASSISTANT,
                                List.of(
                                        new ContentPart.Opaque("anthropic", one),
                                        new ContentPart.Opaque("openai", one),
                                        new ContentPart.Text("t", extras)),
                                List.of(),
                                null,
                                Map.of()),
                        new ChatMessage(
                                Role.TOOL,
                                List.of(new ContentPart.Text("r", extras)),
                                List.of(),
                                "c",
                                Map.of("is_error", one))),
                List.of(
                        new ToolDefinition("f", null, null, extras, null),
                        new ToolDefinition("", null, null, Map.of(), one)),
                new ToolChoice.Opaque(one),
                0.5,
                0.5,
                null,
                List.of(),
                false,
                false,
                Map.of("thinking", one, "model", one));

        assertThat(dialect.supports(request)).isTrue();
        String thinking = "{'type':'thinking','thinking':'hm','signature':'s'}";
        assertThat(rendered(request)).isEqualTo(json("""
                {'model':'claude','max_tokens':4096,'system':'s','messages':[
                {'role':'assistant','content':[#,{'type':'text','text':'t','x':#}]},
                {'role':'user','content':[{'type':'tool_result','tool_use_id':'c','content':[{'type':'text','text':'r','x':#}],'is_error':#}]}],
                'tools':[{'name':'f','input_schema':{'type':'object','properties':{}},'x':#},#],
                'tool_choice':#,'temperature':0.5,'top_p':0.5,'thinking':#}""".replace("#", thinking)));
    }

    @Test
    void what_has_no_words_here_is_left_out_where_it_is_asked_nevertheless() throws Exception {
        ObjectNode body = rendered("""
                {'messages':[{'role':'user','content':[{'type':'file','file':{}},{'type':'text','text':'a'}]}],
                'tools':[{'type':'custom','custom':{}},{'type':'function','function':{'name':'f'}}],
                'tool_choice':{'type':'custom'}}""");

        assertThat(body.at("/messages/0/content").findValuesAsText("type")).containsExactly("text");
        assertThat(body.path("tools").findValuesAsText("name")).containsExactly("f");
        assertThat(body.has("tool_choice")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'n':1",
                "'n':null",
                "'seed':1,'frequency_penalty':1,'logit_bias':{'1':2},'reasoning_effort':'low'",
                "'logprobs':false",
                "'response_format':{'type':'text'}",
                "'response_format':null",
                "'modalities':['text']",
                "'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':'auto'",
                "'functions':null",
            })
    void supports_what_can_be_said_or_let_go(String field) throws Exception {
        assertThat(dialect.supports(request("{" + HI + "," + field + "}"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'n':2",
                "'logprobs':true",
                "'response_format':{'type':'json_object'}",
                "'modalities':['text','audio']",
                "'audio':{}",
                "'functions':[]",
                "'web_search_options':{}",
                "'tools':[{'type':'custom','custom':{}}]",
                "'tool_choice':{'type':'allowed_tools'}",
            })
    void does_not_support_what_would_change_the_answer(String field) throws Exception {
        assertThat(dialect.supports(request("{" + HI + "," + field + "}"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true  | {'role':'user','content':[{'type':'image_url','image_url':{'url':'https://a/b'}}]}
            true  | {'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/JPG;base64,A'}}]}
            false | {'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/tiff;base64,A'}}]}
            false | {'role':'system','content':[{'type':'image_url','image_url':{'url':'https://a/b'}}]}
            false | {'role':'assistant','content':[{'type':'image_url','image_url':{'url':'https://a/b'}}]}
            true  | {'role':'tool','tool_call_id':'c','content':[{'type':'image_url','image_url':{'url':'https://a/b'}}]}
            true  | {'role':'assistant','content':[{'type':'refusal','refusal':'no'}]}
            false | {'role':'user','content':[{'type':'input_audio','input_audio':{}}]}
            true  | {'role':'assistant','content':'a','refusal':null,'audio':null,'annotations':[]}
            false | {'role':'assistant','content':null,'audio':{'id':'a'}}
            false | {'role':'assistant','content':null,'function_call':{'name':'f'}}
            false | {'role':'assistant','tool_calls':[{'id':'c','type':'custom','custom':{}}]}
            """, quoteCharacter = '"')
    void supports_messages_that_can_be_said(boolean supported, String message) throws Exception {
        assertThat(dialect.supports(request("{'messages':[" + message + "]}"))).isEqualTo(supported);
    }
}

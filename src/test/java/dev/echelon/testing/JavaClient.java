package dev.echelon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.models.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The official OpenAI client for Java, unchanged, with the checks that {@code openai-client.mjs} makes with the one for
 * Node. It never retries, so that a failure is seen.
 */
public final class JavaClient implements AutoCloseable {

    private static final String QUESTION = "What is the weather in Bern?";
    private static final String WEATHER = "twelve-degrees-and-fog";

    private final OpenAIClient client;
    private final String model;

    /**
     * @param baseUrl {@code http://127.0.0.1:8080/v1}
     * @param model the name to ask
     */
    public JavaClient(String baseUrl, String model) {
        this.client = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey("any")
                .maxRetries(0)
                .timeout(Duration.ofSeconds(20))
                .build();
        this.model = model;
    }

    /** Every check but {@link #unknownModel}. */
    public void checkAll(Duration minSpread) {
        assertThat(models()).isNotEmpty();
        chat();
        stream(Duration.ZERO); // loads the client's classes, which takes longer than a short stream
        stream(minSpread);
        tools();
        toolsStreamed();
    }

    public List<String> models() {
        return client.models().list().data().stream().map(Model::id).toList();
    }

    /** Asks and gives the answer's text. */
    public String chat() {
        ChatCompletion answer = client.chat().completions().create(question().build());
        assertThat(answer.choices().get(0).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(answer.usage()).hasValueSatisfying(usage -> assertThat(usage.totalTokens())
                .isEqualTo(usage.promptTokens() + usage.completionTokens())
                .isPositive());
        return text(answer);
    }

    /**
     * Asks for a stream and gives its text.
     *
     * @param minSpread the least time from the first to the last chunk with text
     */
    public String stream(Duration minSpread) {
        ChatCompletionCreateParams params = question()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        List<Long> times = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(chunk -> {
                accumulator.accumulate(chunk);
                if (chunk.choices().stream()
                        .anyMatch(choice -> !choice.delta().content().orElse("").isEmpty())) {
                    times.add(System.nanoTime());
                }
            });
        }
        ChatCompletion answer = accumulator.chatCompletion();
        assertThat(times).hasSizeGreaterThan(1);
        assertThat(Duration.ofNanos(times.get(times.size() - 1) - times.get(0))).isGreaterThanOrEqualTo(minSpread);
        assertThat(answer.usage()).isPresent();
        return text(answer);
    }

    /** Offers a tool, answers its call, and gives the text that is made of it. */
    public String tools() {
        ChatCompletion first = client.chat().completions().create(withTool().build());
        return answered(first);
    }

    /** The same, the call taken from a stream. */
    public String toolsStreamed() {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(withTool().build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return answered(accumulator.chatCompletion());
    }

    /** A model that does not exist must be the client's own error for that. */
    public void unknownModel() {
        ChatCompletionCreateParams params =
                question().model("no-such-model-anywhere").build();
        assertThatThrownBy(() -> client.chat().completions().create(params))
                .isInstanceOfSatisfying(NotFoundException.class, failure -> assertThat(failure.statusCode())
                        .isEqualTo(404));
    }

    @Override
    public void close() {
        client.close();
    }

    private String answered(ChatCompletion first) {
        ChatCompletion.Choice choice = first.choices().get(0);
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessage message = choice.message();
        assertThat(message.toolCalls())
                .hasValueSatisfying(calls -> assertThat(calls).hasSize(1));
        ChatCompletionMessageFunctionToolCall call =
                message.toolCalls().orElseThrow().get(0).asFunction();
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(call.function().arguments()).contains("\"city\"");
        ChatCompletionCreateParams params = withTool()
                .addMessage(message)
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.id())
                        .content(WEATHER)
                        .build())
                .build();
        String text = text(client.chat().completions().create(params));
        assertThat(text).contains(WEATHER);
        return text;
    }

    private ChatCompletionCreateParams.Builder question() {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(QUESTION);
    }

    private ChatCompletionCreateParams.Builder withTool() {
        FunctionParameters parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .build();
        return question()
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("get_weather")
                                .description("The weather now")
                                .parameters(parameters)
                                .build())
                        .build());
    }

    private static String text(ChatCompletion answer) {
        String text = answer.choices().get(0).message().content().orElse("");
        assertThat(text).isNotEmpty();
        return text;
    }
}

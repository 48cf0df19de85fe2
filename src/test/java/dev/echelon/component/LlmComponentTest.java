package dev.echelon.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.RouteFixture;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code to("llm:fast_pool")} from an ordinary Camel route. */
class LlmComponentTest extends CamelTestSupport {

    @TempDir
    private Path folder;

    private final FakeProvider provider = FakeProvider.start();
    private final List<String> threads = new CopyOnWriteArrayList<>();

    @Nullable
    private RouteFixture fixture;

    @Override
    protected CamelContext createCamelContext() throws Exception {
        RouteFixture started = new RouteFixture(TestGateway.in(folder)
                .provider("a", "openai", provider.baseUrl())
                .file("task-groups/fast_group.toml", """
                        [task_group]
                        name = "fast_group"
                        [task_group.echelons.e1]
                        models = ["a:4o"]
                        concurrency_limit = 10
                        rpm_limit = 100
                        priority = 1
                        """)
                .file("pools/fast_pool.toml", "[pool]\nname = \"fast_pool\"\ntask_groups = [\"fast_group\"]\n")
                .load());
        fixture = started;
        return started.context();
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .to("llm:fast_pool")
                        .process(exchange -> threads.add(Thread.currentThread().getName()));
                from("direct:json").to("llm:fast_pool?responseType=json");
                from("direct:object").to("llm:fast_pool?responseType=object");
                from("direct:unknown").to("llm:nobody");
                from("direct:request").to("llm:request");
            }
        };
    }

    @AfterEach
    void stop() {
        Objects.requireNonNull(fixture).close();
        provider.close();
    }

    private static Map<String, Object> prompt(String model) {
        return Map.of("model", model, "messages", List.of(Map.of("role", "user", "content", "hi")));
    }

    @Test
    void aStringIsAPromptAndTheAnswerItsText() {
        provider.always(Behaviour.text("good day"));

        Exchange out = template.request("direct:in", it -> it.getMessage().setBody("how do you do"));

        assertThat(out.getMessage().getBody()).isEqualTo("good day");
        assertThat(provider.last().bodyText()).contains("how do you do");
        assertThat(provider.last().model()).isEqualTo("4o");
    }

    @Test
    void aMapAndItsJsonAreRequests() {
        String json = "{\"model\": \"x\", \"messages\": [{\"role\": \"user\", \"content\": \"as json\"}]}";

        assertThat(template.requestBody("direct:in", prompt("x"), String.class)).isNotEmpty();
        assertThat(template.requestBody("direct:in", json, String.class)).isNotEmpty();
        assertThat(provider.last().bodyText()).contains("as json");
    }

    @Test
    void theAnswerMayBeJsonOrAnObject() {
        provider.always(Behaviour.text("good day"));

        assertThat(template.requestBody("direct:json", "hi", String.class))
                .contains("\"chat.completion\"")
                .contains("good day");
        assertThat(template.requestBody("direct:object", "hi"))
                .isInstanceOfSatisfying(
                        ChatResponse.class, it -> assertThat(it.text()).isEqualTo("good day"));
    }

    @Test
    void headersSayWhoAnswered() {
        Exchange out = template.request("direct:in", it -> it.getMessage().setBody("hi"));

        assertThat(out.getMessage().getHeaders())
                .containsEntry(LlmConstants.TARGET, "fast_pool")
                .containsEntry(LlmConstants.INSTANCE, "fast_group.e1/a:4o")
                .containsEntry(LlmConstants.ECHELON, "fast_group.e1")
                .containsEntry(LlmConstants.ATTEMPTS, 1)
                .containsKey(LlmConstants.PROMPT_TOKENS)
                .containsKey(LlmConstants.COMPLETION_TOKENS);
        assertThat(out.getProperty(LlmConstants.ROUTE_PROPERTY)).isInstanceOf(RouteInfo.class);
    }

    @Test
    void theRequestItselfMayNameItsTarget() {
        assertThat(template.requestBody("direct:request", prompt("fast_group"), String.class))
                .isNotEmpty();
        Exchange out = template.request("direct:request", it -> {
            it.getMessage().setBody(prompt("nobody"));
            it.getMessage().setHeader(LlmConstants.TARGET, "fast_group.e1");
        });
        assertThat(out.getMessage().getHeader(LlmConstants.TARGET)).isEqualTo("fast_group.e1");
        assertThat(out.getException()).isNull();
    }

    @Test
    void anUnknownTargetAndAnEmptyBodyAreFailures() {
        for (Exchange out : List.of(
                template.request("direct:unknown", it -> it.getMessage().setBody("hi")),
                template.request("direct:in", it -> {}))) {
            assertThat(out.getException()).isInstanceOf(ModelFailure.class);
        }
        assertThatThrownBy(() -> template.requestBody("direct:unknown", "hi")).hasCauseInstanceOf(ModelFailure.class);
    }

    @Test
    void messagesWithTheSameKeyAreOneRequestAndNoCallbackIsOnAnEventLoop() throws Exception {
        provider.always(Behaviour.text("good day").after(Duration.ofMillis(300)));
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(template.asyncSend("direct:in", withKey("k", null)));
        }
        List<Exchange> answers = new ArrayList<>();
        for (CompletableFuture<Exchange> one : all) {
            answers.add(one.get(20, TimeUnit.SECONDS));
        }

        assertThat(provider.count()).isOne();
        assertThat(answers).allSatisfy(it -> {
            assertThat(it.getException()).isNull();
            assertThat(it.getMessage().getBody()).isEqualTo("good day");
            assertThat(it.getMessage().getHeader(LlmConstants.INSTANCE)).isEqualTo("fast_group.e1/a:4o");
        });
        assertThat(answers.stream().filter(it -> it.getMessage().getHeader(LlmConstants.IDEMPOTENT_REPLAY) == null))
                .hasSize(1);
        assertThat(threads).hasSize(20).containsOnly(RouteFixture.CALLBACKS);

        Exchange ofAnother = template.send("direct:in", withKey("k", "another tenant"));
        assertThat(ofAnother.getMessage().getHeader(LlmConstants.IDEMPOTENT_REPLAY))
                .isNull();
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void aKeyThatIsNoneIsAFailure() {
        Exchange out = template.send("direct:in", withKey("no key", null));

        assertThat(out.getException(ModelFailure.class).code()).isEqualTo("invalid_idempotency_key");
        assertThat(provider.count()).isZero();
    }

    private Exchange withKey(String key, @Nullable String tenant) {
        Exchange exchange = context.getEndpoint("direct:in").createExchange();
        exchange.getMessage().setBody("hi");
        exchange.getMessage().setHeader(LlmConstants.IDEMPOTENCY_KEY, key);
        if (tenant != null) {
            exchange.getMessage().setHeader(LlmConstants.TENANT, tenant);
        }
        return exchange;
    }

    @Test
    void theTimeoutHeaderShortensTheDeadline() {
        provider.always(Behaviour.silence());
        long start = System.nanoTime();

        Exchange out = template.request("direct:in", it -> {
            it.getMessage().setBody("hi");
            it.getMessage().setHeader(LlmConstants.TIMEOUT_MS, 400);
        });

        assertThat(out.getException(ModelFailure.class).status()).isEqualTo(504);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void theCallersThreadIsNotBlockedAndTheCallbackIsOnNoEventLoop() throws Exception {
        provider.always(Behaviour.silence());
        Exchange exchange = context.getEndpoint("direct:in").createExchange();
        exchange.getMessage().setBody("hi");
        exchange.getMessage().setHeader(LlmConstants.TIMEOUT_MS, 2_000);
        CompletableFuture<Exchange> answer = template.asyncSend("direct:in", exchange);
        assertThat(answer).isNotDone();
        provider.await(0, Duration.ofSeconds(5));
        assertThat(answer).isNotDone();
        answer.get(20, TimeUnit.SECONDS);

        provider.always(Behaviour.hello());
        template.requestBody("direct:in", "hi");
        assertThat(threads).hasSize(1).allSatisfy(it -> assertThat(it).isEqualTo(RouteFixture.CALLBACKS));
    }
}

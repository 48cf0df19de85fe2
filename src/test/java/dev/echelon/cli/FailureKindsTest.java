package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.StatusBehaviour;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the caller of a single model is told when that fails, and what not. */
class FailureKindsTest {

    private static final int MODELS = 40;
    private static final String GOOD = "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
            + "\"content\":\"text-of-the-upstream\"},\"finish_reason\":\"stop\"}]}";

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .provider("dead", "openai", "http://127.0.0.1:" + FakeProvider.refusedPort())
                .file("task-groups/slow.toml", group("slow", "\"up:slow\", \"claude:slow\"", "timeout = 30"))
                .file("task-groups/g.toml", group("g", "\"dead:m\", " + models(), "timeout = 0.5"))
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    static Stream<Arguments> failures() {
        StatusBehaviour html = Behaviour.status(502).body("text/html", "<html>text-of-the-upstream</html>");
        return Stream.of(
                fails("429", Behaviour.status(429), 429, "rate_limit_exceeded"),
                fails("529", Behaviour.status(529), 429, "rate_limit_exceeded"),
                fails("quota", Behaviour.status(429).code("insufficient_quota"), 503, "upstream_quota"),
                fails("402", Behaviour.status(402), 503, "upstream_quota"),
                fails("401", Behaviour.status(401), 502, "upstream_auth"),
                fails("403", Behaviour.status(403), 502, "upstream_auth"),
                fails("404", Behaviour.status(404), 502, "upstream_auth"),
                fails("500", Behaviour.status(500), 502, "upstream_server_error"),
                fails("503", Behaviour.status(503), 502, "upstream_server_error"),
                fails("HTML", html, 502, "upstream_server_error"),
                fails("redirect", redirect(), 502, "upstream_bad_response"),
                fails("malformed", Behaviour.malformedJson(), 502, "upstream_bad_response"),
                fails("truncated", Behaviour.truncated(), 502, "upstream_bad_response"),
                fails("wrong type", Behaviour.status(200).body("text/html", GOOD), 502, "upstream_bad_response"),
                fails("no JSON object", Behaviour.json("[]"), 502, "upstream_bad_response"),
                fails(
                        "no choices",
                        Behaviour.json("{\"id\":\"x\",\"choices\":[],\"content\":[]}"),
                        502,
                        "upstream_bad_response"),
                fails("error in 200", inside200(), 502, "upstream_bad_response"),
                fails("empty body", Behaviour.json(""), 502, "upstream_bad_response"),
                fails("reset", Behaviour.reset(), 502, "upstream_network_error"),
                fails("closed", Behaviour.close(), 502, "upstream_network_error"),
                fails("garbage", Behaviour.raw("text-of-the-upstream\r\n\r\n"), 502, "upstream_bad_response"),
                fails("silence", Behaviour.silence(), 504, "upstream_timeout"),
                fails("headers only", Behaviour.headersOnly(), 504, "upstream_timeout"),
                fails("drip", Behaviour.drip(GOOD, Duration.ofMillis(50)), 504, "upstream_timeout"),
                fails("400", Behaviour.status(400), 400, "invalid_request"),
                fails("413", Behaviour.status(413), 413, "invalid_request"),
                fails("422", Behaviour.status(422), 422, "invalid_request"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void failureOfTheOnlyModelIsToldInOurWords(String name, Behaviour behaviour, int status, String code)
            throws Exception {
        int number = failures().map(it -> it.get()[0]).toList().indexOf(name);
        provider.alwaysFor("m" + number, behaviour);
        for (String dialect : List.of("up", "claude")) {
            String target = dialect + ":m" + number;
            int before = provider.requests("m" + number).size();

            HttpResponse<String> answer = api.chat(target);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            JsonNode error = ApiClient.json(answer).path("error");
            assertThat(error.path("code").asText()).isEqualTo(code);
            assertThat(error.path("message").asText()).isNotEmpty();
            assertThat(error.path("type").asText()).isNotEmpty();
            assertThat(answer.headers().firstValue("x-llm-instance"))
                    .hasValueSatisfying(it -> assertThat(it).endsWith(target));
            assertThat(answer.headers().firstValue("x-llm-attempts"))
                    .contains(Integer.toString(provider.requests("m" + number).size() - before));
            assertThat(answer.headers().firstValue("retry-after").isPresent()).isEqualTo(status == 429);
            assertNothingOfTheUpstream(answer, status);
        }
    }

    /** A caller's own mistake may be explained in the provider's words; those are cleaned elsewhere. */
    private static void assertNothingOfTheUpstream(HttpResponse<String> answer, int status) {
        String all = answer.body() + answer.headers().map();
        if (status >= 429) {
            assertThat(all).doesNotContain(StatusBehaviour.CANARY);
        }
        assertThat(all)
                .doesNotContain("127.0.0.1", "localhost", Integer.toString(provider.port()), "key-of", "Exception");
    }

    @Test
    void connectionRefusedIsABadGateway() throws Exception {
        HttpResponse<String> answer = api.chat("dead:m");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(ApiClient.json(answer).at("/error/code").asText()).isEqualTo("upstream_network_error");
        assertNothingOfTheUpstream(answer, 502);
    }

    @Test
    void rateLimitTellsWhenToComeBackAndHoldsUntilThen() throws Exception {
        provider.alwaysFor("m35", Behaviour.status(429).header("retry-after", "7"));

        assertThat(api.chat("up:m35").headers().firstValue("retry-after"))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(6, 8));
        HttpResponse<String> second = api.chat("up:m35");

        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.headers().firstValue("retry-after")).isPresent();
        assertThat(provider.requests("m35")).hasSize(1);
    }

    @Test
    void refusalOfTheRequestIsExplainedWithoutAddressesAndKeys() throws Exception {
        provider.alwaysFor("m36", Behaviour.status(400).body("application/json", """
                {"error":{"message":"temperature must be lower, see https://internal.example:8443/doc?k=1 on 10.1.2.3 \
                for key sk-abcdefghijklmnopqrstuvwx at db.internal.example","type":"invalid_request_error",\
                "param":"temperature","code":"secret-code"}}
                """));

        HttpResponse<String> answer = api.chat("up:m36");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = ApiClient.json(answer).path("error");
        assertThat(error.path("message").asText()).contains("temperature must be lower");
        assertThat(error.path("param").asText()).isEqualTo("temperature");
        assertThat(answer.body()).doesNotContain("internal", "10.1.2.3", "sk-abc", "secret-code");
    }

    @Test
    void contextLengthAndContentPolicyKeepTheirCodes() throws Exception {
        provider.alwaysFor("m37", Behaviour.status(400).code("context_length_exceeded"));
        provider.alwaysFor("m38", Behaviour.status(400).code("content_policy_violation"));

        assertThat(ApiClient.json(api.chat("up:m37")).at("/error/code").asText())
                .isEqualTo("context_length_exceeded");
        assertThat(ApiClient.json(api.chat("up:m38")).at("/error/code").asText())
                .isEqualTo("content_filter");
    }

    @ParameterizedTest
    @CsvSource({"up:slow, false", "up:slow, true", "claude:slow, false", "claude:slow, true"})
    void callerMayShortenTheTime(String model, boolean stream) throws Exception {
        provider.alwaysFor("slow", Behaviour.silence());
        long before = System.nanoTime();

        HttpResponse<String> answer =
                api.post(ApiClient.body(model, ",\"stream\":" + stream), "x-request-timeout-ms", "400");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(504);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(380), Duration.ofMillis(1400));
        assertThat(gateway.gateway().inFlight()).isZero();
    }

    @Test
    void deadlineOfTheCallerDoesNotCutAStreamThatHasBegun() throws Exception {
        provider.alwaysFor("slow", Behaviour.stream(10, Duration.ofMillis(80)));

        HttpResponse<String> answer =
                api.post(ApiClient.body("up:slow", ",\"stream\":true"), "x-request-timeout-ms", "400");

        assertThat(answer.body()).contains("t9 ").endsWith("data: [DONE]\n\n");
    }

    private static Arguments fails(String name, Behaviour behaviour, int status, String code) {
        return Arguments.of(name, behaviour, status, code);
    }

    private static Behaviour redirect() {
        return call -> Behaviour.status(302)
                .header("location", "http://127.0.0.1:" + provider.port() + "/moved/chat/completions")
                .answer(call);
    }

    private static Behaviour inside200() {
        return Behaviour.json(
                "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"text-of-the-upstream\"}}");
    }

    private static String models() {
        return IntStream.range(0, MODELS)
                .boxed()
                .flatMap(i -> Stream.of("\"up:m" + i + "\"", "\"claude:m" + i + "\""))
                .collect(Collectors.joining(", "));
    }

    private static String group(String name, String models, String more) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = [%s]
                concurrency_limit = 100
                rpm_limit = 100000
                priority = 1
                max_retries = 0
                %s
                """.formatted(name, models, more);
    }
}

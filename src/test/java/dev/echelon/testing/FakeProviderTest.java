package dev.echelon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FakeProviderTest {

    private static final String OPENAI = "/v1/chat/completions";
    private static final String ANTHROPIC = "/v1/messages";
    private static final Duration SOON = Duration.ofSeconds(5);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FakeProvider provider = FakeProvider.start();

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void itAnswersInTheDialectOfThePath() throws Exception {
        provider.always(Behaviour.text("well met"));

        JsonNode openAi = mapper.readTree(ask(OPENAI, "gpt", false).body());
        JsonNode anthropic = mapper.readTree(ask(ANTHROPIC, "claude", false).body());

        assertThat(openAi.at("/choices/0/message/content").asText()).isEqualTo("well met");
        assertThat(openAi.at("/usage/total_tokens").asInt()).isEqualTo(7);
        assertThat(anthropic.at("/content/0/text").asText()).isEqualTo("well met");
        assertThat(anthropic.at("/model").asText()).isEqualTo("claude");
    }

    @Test
    void itStreamsWhenAskedTo() throws Exception {
        String openAi = ask(OPENAI, "gpt", true).body();
        String anthropic = ask(ANTHROPIC, "claude", true).body();

        assertThat(join(openAi, "/choices/0/delta/content")).isEqualTo("hello from gpt");
        assertThat(openAi).endsWith("data: [DONE]\n\n");
        assertThat(join(anthropic, "/delta/text")).isEqualTo("hello from claude");
        assertThat(anthropic).startsWith("event: message_start\n").endsWith("data: {\"type\":\"message_stop\"}\n\n");
    }

    @Test
    void itCallsToolsInBothDialects() throws Exception {
        provider.always(Behaviour.toolCall("get_weather", "{\"city\":\"Bern\"}"));

        JsonNode openAi = mapper.readTree(ask(OPENAI, "gpt", false).body());
        JsonNode anthropic = mapper.readTree(ask(ANTHROPIC, "claude", false).body());
        String openAiStream = ask(OPENAI, "gpt", true).body();
        String anthropicStream = ask(ANTHROPIC, "claude", true).body();

        assertThat(openAi.at("/choices/0/message/tool_calls/0/function/arguments")
                        .asText())
                .isEqualTo("{\"city\":\"Bern\"}");
        assertThat(anthropic.at("/content/0/input/city").asText()).isEqualTo("Bern");
        assertThat(join(openAiStream, "/choices/0/delta/tool_calls/0/function/arguments"))
                .isEqualTo("{\"city\":\"Bern\"}");
        assertThat(join(anthropicStream, "/delta/partial_json")).isEqualTo("{\"city\":\"Bern\"}");
    }

    @Test
    void aScriptIsForOneRequestEachThenTheRuleHolds() throws Exception {
        provider.script(Behaviour.status(500), Behaviour.status(503)).always(Behaviour.text("ok"));

        assertThat(List.of(status("m"), status("m"), status("m"), status("m"))).containsExactly(500, 503, 200, 200);
    }

    @Test
    void whatIsSaidForAModelGoesFirst() throws Exception {
        provider.script(Behaviour.status(500))
                .scriptFor("a", Behaviour.status(429))
                .alwaysFor("a", Behaviour.status(404));

        assertThat(List.of(status("a"), status("a"), status("b"), status("b"))).containsExactly(429, 404, 500, 200);
    }

    @Test
    void anErrorHasItsHeadersAndTheDialectsBody() throws Exception {
        provider.always(Behaviour.status(429).header("retry-after", "2").code("insufficient_quota"));

        HttpResponse<String> response = ask(OPENAI, "m", false);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("retry-after")).hasValue("2");
        assertThat(mapper.readTree(response.body()).at("/error/code").asText()).isEqualTo("insufficient_quota");
        assertThat(response.body()).contains(StatusBehaviour.CANARY);
    }

    @Test
    void aDelayComesBeforeTheFirstByte() throws Exception {
        provider.always(Behaviour.text("late").after(Duration.ofMillis(80)));

        long start = System.nanoTime();
        ask(OPENAI, "m", false);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
    }

    @Test
    void aStreamKeepsItsPace() throws Exception {
        provider.always(Behaviour.stream(5, Duration.ofMillis(25)));

        long start = System.nanoTime();
        String body = ask(OPENAI, "m", true).body();

        assertThat(join(body, "/choices/0/delta/content")).isEqualTo("t0 t1 t2 t3 t4 ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void aStampedTokenTellsWhenItWasWritten() throws Exception {
        provider.always(Behaviour.stream(3, Duration.ofMillis(5)).stamps());

        long before = System.nanoTime();
        String stamps = join(ask(OPENAI, "m", true).body(), "/choices/0/delta/content");

        assertThat(Stream.of(stamps.trim().split(" ", -1)).map(Long::parseLong))
                .hasSize(3)
                .isSorted()
                .allMatch(stamp -> stamp > before && stamp < System.nanoTime());
    }

    @Test
    void textCanBeInsertedIntoAStream() throws Exception {
        provider.always(Behaviour.stream(2, Duration.ZERO).insertAfter(1, "data: {broken\n\n"));

        assertThat(ask(OPENAI, "m", true).body())
                .containsSubsequence("\"t0 \"", "data: {broken\n\n", "\"t1 \"", "data: [DONE]");
    }

    @Test
    void anUnfinishedStreamEndsCleanlyButSaysNotThatItIsComplete() throws Exception {
        provider.always(Behaviour.stream(5, Duration.ZERO).unfinishedAfter(2));

        assertThat(ask(OPENAI, "m", true).body())
                .contains("\"t1 \"")
                .doesNotContain("\"t2 \"")
                .doesNotContain("[DONE]");
    }

    @Test
    void aCutStreamEndsInsideTheAnswer() throws Exception {
        provider.always(Behaviour.stream(5, Duration.ZERO).cutAfter(2));

        try (Socket caller = connect()) {
            String read = new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(read).contains("\"t1 \"").doesNotContain("\"t2 \"").doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void aResetStreamEndsWithAReset() throws Exception {
        provider.always(Behaviour.stream(5, Duration.ofMillis(20)).resetAfter(2));

        try (Socket caller = connect()) {
            assertThatThrownBy(() -> caller.getInputStream().readAllBytes())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void aStalledStreamSaysNothingMore() throws Exception {
        provider.always(Behaviour.stream(5, Duration.ZERO).stallAfter(2));

        try (Socket caller = connect()) {
            provider.await(0, SOON);
            caller.setSoTimeout(150);
            assertThatThrownBy(() -> caller.getInputStream().readAllBytes()).isInstanceOf(SocketTimeoutException.class);
            assertThat(provider.current()).isOne();
        }

        provider.last().awaitAbandoned(SOON);
        await().atMost(SOON).until(() -> provider.current() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionCanEndWithoutAnAnswer(boolean reset) throws Exception {
        provider.always(reset ? Behaviour.reset() : Behaviour.close());

        assertThatThrownBy(() -> ask(OPENAI, "m", false)).isInstanceOf(IOException.class);
        assertThat(provider.last().isAbandoned()).isFalse();
        assertThat(provider.current()).isZero();
    }

    @Test
    void aHalfClosedConnectionStillTakesBytes() throws Exception {
        provider.always(Behaviour.halfClose());

        try (Socket caller = connect()) {
            assertThat(caller.getInputStream().read()).isEqualTo(-1);
            caller.getOutputStream().write(new byte[100]);
            assertThat(provider.connections()).isOne();
        }
    }

    @Test
    void bodiesCanBeBroken() throws Exception {
        provider.script(Behaviour.malformedJson(), Behaviour.truncated(), Behaviour.raw("garbage\r\n\r\n"));

        assertThatThrownBy(() -> mapper.readTree(ask(OPENAI, "m", false).body()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(OPENAI, "m", false)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask(OPENAI, "m", false)).isInstanceOf(IOException.class);
    }

    @Test
    void aBodyCanDrip() throws Exception {
        provider.always(Behaviour.drip("{\"slow\":1}", Duration.ofMillis(5)));

        long start = System.nanoTime();

        assertThat(ask(OPENAI, "m", false).body()).isEqualTo("{\"slow\":1}");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(45));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerMayNeverCome(boolean headers) throws Exception {
        provider.always(headers ? Behaviour.headersOnly() : Behaviour.silence());

        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(request(OPENAI, "m", false), HttpResponse.BodyHandlers.ofString());

        Seen seen = provider.await(0, SOON);
        assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(seen.isAnswered()).isFalse();
        assertThat(provider.current()).isOne();
    }

    @Test
    void everythingAboutARequestIsRemembered() throws Exception {
        long before = System.nanoTime();

        ask(OPENAI + "?a=b", "gpt-4o", true);

        Seen seen = provider.last();
        assertThat(seen.method()).isEqualTo("POST");
        assertThat(seen.path()).isEqualTo(OPENAI);
        assertThat(seen.uri()).isEqualTo(OPENAI + "?a=b");
        assertThat(seen.header("Authorization")).isEqualTo("Bearer key");
        assertThat(seen.model()).isEqualTo("gpt-4o");
        assertThat(seen.stream()).isTrue();
        assertThat(seen.json().path("messages")).hasSize(1);
        assertThat(seen.arrivedAt()).isBetween(before, System.nanoTime());
        assertThat(seen.awaitAnswered(SOON)).isGreaterThan(seen.arrivedAt());
        assertThat(seen.sentBytes()).isPositive();
        assertThat(provider.requests("gpt-4o")).containsExactly(seen);
        assertThat(provider.requests("other")).isEmpty();
    }

    @Test
    void modelListsAreApart() throws Exception {
        provider.script(Behaviour.status(500));
        HttpRequest list = HttpRequest.newBuilder(URI.create(provider.baseUrl() + "/v1/models"))
                .build();

        HttpResponse<String> response = http.send(list, HttpResponse.BodyHandlers.ofString());

        assertThat(mapper.readTree(response.body()).path("data").findValuesAsText("id"))
                .contains("gpt-4o");
        assertThat(provider.probes()).hasSize(1);
        assertThat(provider.requests()).isEmpty();
        assertThat(status("m")).isEqualTo(500);
    }

    @Test
    void aSlowReaderIsNotWrittenTo() throws Exception {
        provider.always(Behaviour.stream(2_000_000, Duration.ZERO));

        try (Socket caller = connect()) {
            Seen seen = provider.await(0, SOON);
            long before;
            do {
                before = seen.sentBytes();
                await().pollDelay(Duration.ofMillis(40)).until(() -> true);
            } while (before == 0 || seen.sentBytes() != before);

            assertThat(before).isLessThan(20L << 20);
            assertThat(caller.isConnected()).isTrue();
        }
    }

    @Test
    void anOldPortCanBeListenedOnAgain() throws Exception {
        int port = provider.port();
        assertThat(status("m")).isEqualTo(200);
        provider.close();

        assertThatThrownBy(() -> status("m")).isInstanceOf(ConnectException.class);

        try (FakeProvider again = FakeProvider.start(port)) {
            assertThat(status("m")).isEqualTo(200);
            assertThat(again.count()).isOne();
        }
    }

    @Test
    void aRefusedPortRefuses() {
        int port = FakeProvider.refusedPort();

        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void twoThousandRequestsAreHeldAtOnce() throws Exception {
        provider.always(Behaviour.together(2_000, Behaviour.text("ok")));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();

        for (int i = 0; i < 2_000; i++) {
            all.add(http.sendAsync(request(OPENAI, "m", false), HttpResponse.BodyHandlers.ofString()));
        }

        for (CompletableFuture<HttpResponse<String>> one : all) {
            assertThat(one.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(provider.peak()).isEqualTo(2_000);
        assertThat(provider.current()).isZero();
    }

    @Test
    void fiveHundredStreamsRunAtOnce() throws Exception {
        provider.always(Behaviour.together(500, Behaviour.stream(50, Duration.ofMillis(10))));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();

        for (int i = 0; i < 500; i++) {
            all.add(http.sendAsync(request(OPENAI, "m", true), HttpResponse.BodyHandlers.ofString()));
        }

        for (CompletableFuture<HttpResponse<String>> one : all) {
            assertThat(one.get(20, TimeUnit.SECONDS).body())
                    .contains("\"t49 \"")
                    .endsWith("[DONE]\n\n");
        }
        assertThat(provider.peak()).isEqualTo(500);
    }

    private int status(String model) throws IOException, InterruptedException {
        return ask(OPENAI, model, false).statusCode();
    }

    private HttpResponse<String> ask(String path, String model, boolean stream)
            throws IOException, InterruptedException {
        return http.send(request(path, model, stream), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String model, boolean stream) {
        return HttpRequest.newBuilder(URI.create(provider.baseUrl() + path))
                .header("authorization", "Bearer key")
                .POST(HttpRequest.BodyPublishers.ofString(body(model, stream)))
                .build();
    }

    private Socket connect() throws IOException {
        Socket caller = new Socket(InetAddress.getLoopbackAddress(), provider.port());
        caller.setSoTimeout(5_000);
        String body = body("m", true);
        caller.getOutputStream()
                .write(("POST " + OPENAI + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
        return caller;
    }

    private static String body(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    }

    private String join(String stream, String pointer) throws IOException {
        StringBuilder joined = new StringBuilder();
        for (String line : stream.lines().toList()) {
            if (line.startsWith("data: {")) {
                joined.append(mapper.readTree(line.substring(6)).at(pointer).asText(""));
            }
        }
        return joined.toString();
    }
}

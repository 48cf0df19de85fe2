package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.store.AnswerKey;
import dev.echelon.store.CachedAnswer;
import dev.echelon.store.SecondLevel;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks the same again is answered without a model. */
class ResponseCacheTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final AtomicInteger QUESTIONS = new AtomicInteger();

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    /** Of this test alone. */
    private final String seed = ",\"seed\":" + QUESTIONS.incrementAndGet();

    private static TestGateway.ConfigFiles files(Path folder, String cache) throws Exception {
        return TestGateway.bothDialects(folder, provider.baseUrl(), "up:m", "claude:m", "up:n")
                .file("wrappers/w.toml", "[global.cache]\n" + cache);
    }

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = files(configs, "cache_streams = true\n").start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
    }

    private HttpResponse<String> ask(String model, String more, String... headers) throws Exception {
        return api.post(ApiClient.body(model, seed + more), headers);
    }

    private static String cache(HttpResponse<String> answer) {
        return answer.headers().firstValue("x-llm-cache").orElse("no header");
    }

    /** What the cache did with a request, and with the same once more. */
    private static List<String> askedTwice(ApiClient client, String body) throws Exception {
        return List.of(cache(client.post(body)), cache(client.post(body)));
    }

    private static void assertNothingIsLeft() {
        await().atMost(PATIENT)
                .until(() -> gateway.gateway().inFlight() == 0
                        && gateway.gateway().responses().underWay() == 0
                        && gateway.gateway().responses().recordingBytes() == 0);
    }

    @ParameterizedTest
    @CsvSource({"up:m, ''", "claude:m, ''", "up:m, STREAM", "claude:m, STREAM"})
    void whoAsksTheSameAgainGetsTheSameAnswerAndNoModelIsAsked(String model, String how) throws Exception {
        String more = how.isEmpty() ? "" : STREAM + ",\"stream_options\":{\"include_usage\":true}";
        provider.always(Behaviour.text("one two three"));
        HttpResponse<String> first = ask(model, more);
        HttpResponse<String> again = ask(model, more);

        assertThat(provider.count()).isOne();
        assertThat(List.of(cache(first), cache(again))).containsExactly("miss", "hit");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("age")).isEmpty();
        assertThat(again.headers().firstValue("age")).hasValue("0");
        assertThat(again.headers().firstValue("x-llm-attempts")).hasValue("0");
        assertThat(again.headers().firstValue("x-llm-trace")).hasValue("cache=hit");
        for (String header : List.of("content-type", "x-llm-instance", "x-llm-target", "x-llm-echelon")) {
            assertThat(again.headers().firstValue(header))
                    .isPresent()
                    .isEqualTo(first.headers().firstValue(header));
        }
        if (how.isEmpty()) {
            assertThat(again.body()).isEqualTo(first.body()).contains("one two three", "\"usage\"");
        } else {
            assertThat(StreamingTest.text(events(again))).isEqualTo(StreamingTest.text(events(first)));
            assertThat(again.body()).contains("\"usage\"").endsWith("data: [DONE]\n\n");
        }
        assertNothingIsLeft();
    }

    private static List<String> events(HttpResponse<String> answer) {
        return answer.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamAndAPlainAnswerAreTheSameAnswer(boolean streamFirst) throws Exception {
        provider.always(Behaviour.text("one two three"));
        HttpResponse<String> first = ask("up:m", streamFirst ? STREAM : "");
        HttpResponse<String> second = ask("up:m", streamFirst ? "" : STREAM);

        assertThat(List.of(cache(first), cache(second))).containsExactly("miss", "hit");
        HttpResponse<String> stream = streamFirst ? first : second;
        HttpResponse<String> plain = streamFirst ? second : first;
        assertThat(StreamingTest.text(events(stream))).isEqualTo("one two three");
        assertThat(ApiClient.json(plain).at("/choices/0/message/content").asText())
                .isEqualTo("one two three");
        assertThat(provider.count()).isOne();
    }

    @Test
    void whoAsksInAnotherOrderOrByAnotherNameOfTheTargetAsksTheSame() throws Exception {
        String question = QUESTIONS.incrementAndGet() + "";
        HttpResponse<String> first = api.post("{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                + "\"temperature\":0,\"user\":\"" + question + "\"}");
        HttpResponse<String> again = api.post(
                "{ \"user\" : \"" + question + "\", \"temperature\": 0.0,\n"
                        + " \"messages\":[{\"content\":\"x\",\"role\":\"user\"}], \"model\":\"group:g\"}",
                "x-llm-session",
                "s",
                "x-request-id",
                "r",
                "x-llm-priority",
                "batch",
                "x-request-timeout-ms",
                "5000");

        assertThat(List.of(cache(first), cache(again))).containsExactly("miss", "hit");
    }

    @Test
    void whatMightBeAnsweredInAnotherWayIsAskedAgain() throws Exception {
        for (String more : List.of("", ",\"temperature\":0.1", ",\"seed\":null", STREAM)) {
            assertThat(askedTwice(api, ApiClient.body("up:m", more))).containsExactly("bypass", "bypass");
        }
        assertThat(provider.count()).isEqualTo(8);
    }

    @Test
    void callersAndTargetsShareNothing() throws Exception {
        assertThat(cache(ask("up:m", ""))).isEqualTo("miss");
        assertThat(cache(ask("up:m", "", "Authorization", "Bearer a"))).isEqualTo("miss");
        assertThat(cache(ask("up:m", "", "Authorization", "Bearer b"))).isEqualTo("miss");
        assertThat(cache(ask("up:n", ""))).isEqualTo("miss");
        assertThat(cache(ask("up:m", "", "Authorization", "Bearer a"))).isEqualTo("hit");
    }

    @Test
    void failuresAndCutAnswersAreNotKept() throws Exception {
        provider.script(Behaviour.status(400), Behaviour.status(500));
        assertThat(ask("up:m", "").statusCode()).isEqualTo(400);
        assertThat(ask("up:m", "").statusCode()).isEqualTo(502);
        provider.script(Behaviour.stream(50, Duration.ZERO).cutAfter(20));
        // Java's client may throw what was cut off away
        try (RawHttp cut = RawHttp.to(gateway.port())
                .send(RawHttp.post("/v1/chat/completions", ApiClient.body("up:m", seed + STREAM)))) {
            assertThat(cut.everything()).contains("stream_interrupted");
        }
        assertThat(gateway.gateway().responses().underWay()).isZero();

        HttpResponse<String> good = ask("up:m", "");
        assertThat(good.statusCode()).isEqualTo(200);
        assertThat(cache(good)).isEqualTo("miss");
        assertThat(cache(ask("up:m", ""))).isEqualTo("hit");
    }

    @Test
    void aCallerSaysWhatWillDo() throws Exception {
        assertThat(cache(ask("up:m", "", "Cache-Control", "no-store"))).isEqualTo("bypass");
        HttpResponse<String> none = ask("up:m", "", "Cache-Control", "only-if-cached");
        assertThat(none.statusCode()).isEqualTo(504);
        assertThat(ApiClient.json(none).at("/error/code").asText()).isEqualTo("not_cached");
        assertThat(cache(none)).isEqualTo("miss");
        assertThat(provider.count()).isOne();

        provider.always(Behaviour.text("first"));
        assertThat(cache(ask("up:m", ""))).isEqualTo("miss");
        assertThat(cache(ask("up:m", "", "Cache-Control", "only-if-cached"))).isEqualTo("hit");
        assertThat(cache(ask("up:m", STREAM, "Cache-Control", "only-if-cached")))
                .isEqualTo("hit");
        assertThat(cache(ask("up:m", "", "Cache-Control", "max-age=600"))).isEqualTo("hit");

        provider.always(Behaviour.text("second"));
        HttpResponse<String> fresh = ask("up:m", "", "Cache-Control", "no-cache");
        assertThat(cache(fresh)).isEqualTo("bypass");
        assertThat(fresh.body()).contains("second");
        assertThat(ask("up:m", "").body()).as("what was asked anew is kept").contains("second");
        assertThat(ask("up:m", "", "Cache-Control", "no-store").body()).contains("second");
        assertThat(provider.count()).isEqualTo(4);

        HttpResponse<String> never = api.post(ApiClient.body("up:m"), "Cache-Control", "only-if-cached");
        assertThat(never.statusCode()).isEqualTo(504);
        assertThat(cache(never)).isEqualTo("bypass");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void equalQuestionsAtOnceAreOneCall(boolean streamed) throws Exception {
        provider.always(
                streamed
                        ? Behaviour.stream(30, Duration.ofMillis(20))
                        : Behaviour.hello().after(Duration.ofMillis(500)));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(api.postAsync(ApiClient.body("up:m", seed + (streamed ? STREAM : ""))));
        }
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> one : all) {
            answers.add(one.get(20, TimeUnit.SECONDS));
        }

        assertThat(provider.count()).isOne();
        assertThat(answers).allSatisfy(it -> assertThat(it.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(HttpResponse::body).distinct()).hasSize(1);
        assertThat(answers.stream().filter(it -> cache(it).equals("miss"))).hasSize(1);
        assertThat(answers.stream().filter(it -> cache(it).equals("hit"))).hasSize(29);
        assertNothingIsLeft();
    }

    @Test
    void whoWaitedForOneThatFailedAsksForHimself() throws Exception {
        provider.script(Behaviour.status(500).after(Duration.ofMillis(400)));
        try (RawHttp first = RawHttp.to(gateway.port())) {
            first.send(RawHttp.post(CHAT, ApiClient.body("up:m", seed)));
            provider.await(0, PATIENT);
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(api.postAsync(ApiClient.body("up:m", seed)));
            }

            assertThat(first.answer().status()).isEqualTo(502);
            for (CompletableFuture<HttpResponse<String>> one : all) {
                HttpResponse<String> answer = one.get(20, TimeUnit.SECONDS);
                assertThat(answer.statusCode()).isEqualTo(200);
            }
        }
        assertThat(provider.count()).isBetween(2, 6);
        assertNothingIsLeft();
    }

    @Test
    void whoWantsNoModelAskedDoesNotWaitForOne() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(700)));
        try (RawHttp first = RawHttp.to(gateway.port())) {
            first.send(RawHttp.post(CHAT, ApiClient.body("up:m", seed)));
            provider.await(0, PATIENT);
            assertThat(ask("up:m", "", "Cache-Control", "only-if-cached").statusCode())
                    .isEqualTo(504);
            assertThat(gateway.gateway().responses().underWay()).isOne();
            assertThat(first.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void whoWaitedForOneThatLeftGetsHisAnswer() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(600)));
        RawHttp first = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("up:m", seed)));
        Seen seen = provider.await(0, PATIENT);
        try (RawHttp second = RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body("up:m", seed)))) {
            TimeUnit.MILLISECONDS.sleep(50);
            first.reset();

            assertThat(second.answer().status()).isEqualTo(200);
        }
        assertThat(seen.isAbandoned()).isFalse();
        assertThat(provider.count()).isOne();
    }

    @Test
    void whoWaitedForOneWithLessTimeTriesAgain() throws Exception {
        provider.script(Behaviour.silence());
        try (RawHttp first = RawHttp.to(gateway.port())) {
            first.send(RawHttp.post(CHAT, ApiClient.body("up:m", seed), "x-request-timeout-ms: 700"));
            provider.await(0, PATIENT);
            HttpResponse<String> patient = ask("up:m", "");

            assertThat(first.answer().status()).isEqualTo(504);
            assertThat(patient.statusCode()).isEqualTo(200);
        }
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void anIdempotencyKeyAndTheCacheGoTogether() throws Exception {
        assertThat(cache(ask("up:m", "", "Idempotency-Key", "k" + seed.length() + QUESTIONS.get())))
                .isEqualTo("miss");
        HttpResponse<String> otherKey = ask("up:m", "", "Idempotency-Key", "l" + QUESTIONS.get());

        assertThat(cache(otherKey)).isEqualTo("hit");
        assertThat(otherKey.headers().firstValue("x-llm-idempotent-replay")).isEmpty();
        assertThat(provider.count()).isOne();
    }

    @Test
    void aHitIsARequestButNoModelCall() throws Exception {
        Scrape before = Scrape.of(gateway);
        ask("up:n", "");
        ask("up:n", "");
        ask("up:n", "", "Cache-Control", "no-store");
        Scrape after = Scrape.of(gateway);

        assertMore(1, before, after, "echelon_cache_requests_total", "result=\"hit\"");
        assertMore(1, before, after, "echelon_cache_requests_total", "result=\"miss\"");
        assertMore(1, before, after, "echelon_cache_requests_total", "result=\"bypass\"");
        assertMore(3, before, after, "echelon_requests_total", "target=\"up:n\"");
        assertMore(2, before, after, "echelon_attempts_total", "instance=\"direct/up:n\"");
        assertMore(2, before, after, "gen_ai_client_token_usage_count", "gen_ai_token_type=\"input\"");
        assertMore(1, before, after, "echelon_cache_entries", "cache=\"responses\"");
        assertThat(more(before, after, "echelon_cache_size_bytes", "cache=\"responses\""))
                .isPositive();
    }

    private static void assertMore(double count, Scrape before, Scrape after, String name, String label) {
        assertThat(more(before, after, name, label)).as("%s{%s}", name, label).isEqualTo(count);
    }

    private static double more(Scrape before, Scrape after, String name, String label) {
        double earlier = before.sum(name, label);
        return after.sum(name, label) - (Double.isNaN(earlier) ? 0 : earlier);
    }

    @Test
    void streamsAreLeftAloneUnlessAskedForAndEverythingIsKeptWhereThatIsSaid(@TempDir Path folder) throws Exception {
        try (TestGateway any = files(folder, "cache_any = true\nttl = 1\n").start()) {
            ApiClient client = new ApiClient(any.url());
            String body = ApiClient.body("up:m", ",\"temperature\":1");
            assertThat(askedTwice(client, body)).containsExactly("miss", "hit");
            assertThat(askedTwice(client, ApiClient.body("up:m", seed + STREAM)))
                    .containsExactly("bypass", "bypass");

            await().atMost(PATIENT).until(() -> any.gateway().responses().count() == 0);
            assertThat(cache(client.post(body))).isEqualTo("miss");
        }
    }

    @Test
    void itMayBeSwitchedOff(@TempDir Path folder) throws Exception {
        try (TestGateway off =
                files(folder, "enabled = false\ncache_any = true\n").start()) {
            assertThat(askedTwice(new ApiClient(off.url()), ApiClient.body("up:m", seed)))
                    .containsExactly("bypass", "bypass");
        }
    }

    @Test
    void anotherModelBehindTheSameNameHasOtherAnswers(@TempDir Path first, @TempDir Path second) throws Exception {
        TestGateway.ConfigFiles changed = files(second, "").provider("up", "openai", provider.baseUrl() + "/v2");
        assertThat(identity(files(first, ""), "g")).isEqualTo(identity(files(first, ""), "g"));
        assertThat(identity(files(first, ""), "g")).isNotEqualTo(identity(changed, "g"));
        assertThat(identity(files(first, ""), "claude:m")).isEqualTo(identity(changed, "claude:m"));
    }

    private static String identity(TestGateway.ConfigFiles files, String target) throws Exception {
        try (TestGateway built = files.start()) {
            return Objects.requireNonNull(built.gateway().generation().target(target))
                    .nameAndIdentity();
        }
    }

    /** A second level as Redis would be one: others may have filled it, it may be slow, and it may fail. */
    private static final class Shelf implements SecondLevel {

        final Map<AnswerKey, CachedAnswer> answers = new ConcurrentHashMap<>();
        volatile boolean slow;
        volatile boolean broken;

        @Override
        public CompletionStage<Optional<Found>> find(AnswerKey key) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return slow
                    ? new CompletableFuture<>()
                    : CompletableFuture.supplyAsync(() ->
                            Optional.ofNullable(answers.get(key)).map(it -> new Found(it, Duration.ofSeconds(9))));
        }

        @Override
        public CompletionStage<Void> put(AnswerKey key, CachedAnswer answer, Duration ttl) {
            answers.put(key, answer);
            return CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void aSecondLevelIsAskedBeforeAModelAndItsTroubleIsNobodysElse(@TempDir Path one, @TempDir Path two)
            throws Exception {
        Shelf shelf = new Shelf();
        String cache = "cache_streams = true\n";
        try (TestGateway here = files(one, cache).start();
                TestGateway there = files(two, cache).start()) {
            here.context().getRegistry().bind("shelf", shelf);
            there.context().getRegistry().bind("shelf", shelf);
            ApiClient client = new ApiClient(there.url());
            assertThat(cache(new ApiClient(here.url()).post(ApiClient.body("up:m", seed))))
                    .isEqualTo("miss");
            assertThat(shelf.answers).hasSize(1);

            HttpResponse<String> found = client.post(ApiClient.body("up:m", seed));
            assertThat(cache(found)).isEqualTo("hit");
            assertThat(found.headers().firstValue("age")).hasValue("9");
            assertThat(cache(client.post(ApiClient.body("up:m", seed + STREAM))))
                    .isEqualTo("hit");
            assertThat(provider.count()).isOne();

            String stream = ApiClient.body("up:m", seed + ",\"user\":\"s\"" + STREAM);
            assertThat(new ApiClient(here.url()).post(stream).body()).contains("[DONE]");
            HttpResponse<String> streamed = client.post(stream);
            assertThat(cache(streamed)).isEqualTo("hit");
            assertThat(StreamingTest.text(events(streamed))).isEqualTo("hello from m");
            assertThat(provider.count()).isEqualTo(2);

            shelf.slow = true;
            assertThat(cache(client.post(ApiClient.body("up:m", seed + ",\"user\":\"t\""))))
                    .isEqualTo("miss");
            shelf.broken = true;
            assertThat(cache(client.post(ApiClient.body("up:m", seed + ",\"user\":\"u\""))))
                    .isEqualTo("miss");
            assertThat(Scrape.of(there).sum("echelon_attempts_total")).isEqualTo(2);
            assertThat(Scrape.of(there).sum("echelon_requests_total")).isEqualTo(5);
        }
    }
}

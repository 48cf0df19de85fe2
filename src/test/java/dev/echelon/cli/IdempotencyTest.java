package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.domain.RequestListener;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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

/** Requests with the same {@code Idempotency-Key} are one: one upstream call, one answer for all. */
class IdempotencyTest {

    /** Until a request has joined the first, which nothing tells outside; in milliseconds. */
    private static final long JOINING = 400;

    private static final String CHAT = "/v1/chat/completions";
    private static final String KEY = "Idempotency-Key";
    private static final String REPLAY = "x-llm-idempotent-replay";
    private static final String STREAM = ",\"stream\":true";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final AtomicInteger KEYS = new AtomicInteger();

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    private final String key = "key-" + KEYS.incrementAndGet();

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.bothDialects(configs, provider.baseUrl(), "up:m", "up:n", "claude:m")
                .start();
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

    /** Sends a request and leaves its answer on the connection. */
    private RawHttp ask(String model, String more, String... headers) throws IOException {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = KEY + ": " + key;
        return RawHttp.to(gateway.port()).send(RawHttp.post(CHAT, ApiClient.body(model, more), all));
    }

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of(KEY, key));
        return api.post(body, all.toArray(String[]::new));
    }

    private static void awaitNobody() {
        await().atMost(PATIENT)
                .until(() -> gateway.gateway().inFlight() == 0
                        && gateway.gateway().idempotency().underWay() == 0
                        && gateway.gateway().idempotency().recordingBytes() == 0);
    }

    @ParameterizedTest
    @CsvSource({"up:m, ''", "claude:m, ''", "up:m, STREAM", "claude:m, STREAM", "g, STREAM"})
    void fiftyAtOnceAreOneCallAndFiftyEqualAnswers(String model, String how) throws Exception {
        String more = how.isEmpty() ? "" : STREAM;
        provider.always(
                how.isEmpty()
                        ? Behaviour.hello().after(Duration.ofMillis(500))
                        : Behaviour.stream(30, Duration.ofMillis(20)));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(api.postAsync(ApiClient.body(model, more), KEY, key));
        }
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> one : all) {
            answers.add(one.get(20, TimeUnit.SECONDS));
        }

        assertThat(provider.count()).isOne();
        assertThat(answers).allSatisfy(it -> assertThat(it.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(HttpResponse::body).distinct()).hasSize(1);
        assertThat(answers.get(0).body()).contains(how.isEmpty() ? "hello from m" : "t29 ");
        assertThat(answers.stream().filter(it -> it.headers().firstValue(REPLAY).isEmpty()))
                .hasSize(1);
        assertThat(answers.stream()
                        .map(it -> it.headers().firstValue("x-request-id"))
                        .distinct())
                .hasSize(50);
        awaitNobody();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAM, STREAM + ",\"stream_options\":{\"include_usage\":true}"})
    void whoAsksAgainGetsTheSameAnswerAndNothingIsAsked(String more) throws Exception {
        provider.always(Behaviour.text("one two three"));
        HttpResponse<String> first = post(ApiClient.body("up:m", more));
        HttpResponse<String> again = post(ApiClient.body("up:m", more));

        assertThat(provider.count()).isOne();
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body()).contains("three");
        assertThat(first.headers().firstValue(REPLAY)).isEmpty();
        assertThat(again.headers().firstValue(REPLAY)).contains("true");
        for (String header : List.of("content-type", "x-llm-instance", "x-llm-target", "x-llm-attempts")) {
            assertThat(again.headers().firstValue(header))
                    .isPresent()
                    .isEqualTo(first.headers().firstValue(header));
        }
    }

    @Test
    void anotherContentIsAConflictUnderWayAndAfterwards() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(300)));
        try (RawHttp first = ask("up:m", "")) {
            provider.await(0, PATIENT);
            assertReused(post(ApiClient.body("up:m", ",\"seed\":1")));
            assertReused(post(ApiClient.body("up:m", STREAM)));
            assertThat(first.answer().status()).isEqualTo(200);
        }
        assertReused(post(ApiClient.body("up:m", ",\"seed\":1")));
        assertThat(post(ApiClient.body("up:m")).statusCode()).isEqualTo(200);
        assertThat(provider.count()).isOne();
    }

    private static void assertReused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(ApiClient.json(answer).at("/error/code").asText()).isEqualTo("idempotency_key_reused");
        assertThat(ApiClient.json(answer).at("/error/type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void callersAndTargetsHaveKeysOfTheirOwn() throws Exception {
        String body = ApiClient.body("up:m");
        List<HttpResponse<String>> answers = List.of(
                post(body),
                post(body, "Authorization", "Bearer a"),
                post(body, "Authorization", "Bearer b"),
                post(body, "x-llm-target", "up:n"));
        assertThat(provider.count()).isEqualTo(4);
        assertThat(answers).allSatisfy(it -> {
            assertThat(it.statusCode()).isEqualTo(200);
            assertThat(it.headers().firstValue(REPLAY)).isEmpty();
        });

        assertThat(post(body, "Authorization", "Bearer a").headers().firstValue(REPLAY))
                .contains("true");
        assertThat(provider.count()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theOthersGetTheirAnswerWhenTheFirstLeaves(boolean streamed) throws Exception {
        provider.always(
                streamed
                        ? Behaviour.stream(40, Duration.ofMillis(30))
                        : Behaviour.hello().after(SOON));
        String more = streamed ? STREAM : "";
        RawHttp first = ask("up:m", more);
        Seen seen = provider.await(0, PATIENT);
        try (RawHttp second = ask("up:m", more);
                RawHttp third = ask("up:m", more)) {
            if (streamed) {
                assertThat(first.head().status()).isEqualTo(200);
                assertThat(first.event()).isNotNull();
                assertThat(second.head().status()).isEqualTo(200);
                assertThat(second.event()).isNotNull();
            } else {
                TimeUnit.MILLISECONDS.sleep(JOINING);
            }

            first.reset();

            if (streamed) {
                List<String> rest = second.events();
                third.head();
                List<String> all = third.events();
                assertThat(StreamingTest.text(all)).startsWith("t0 t1 ").endsWith("t39 ");
                assertThat(all.get(all.size() - 1)).isEqualTo("[DONE]");
                assertThat(rest).isEqualTo(all.subList(1, all.size()));
            } else {
                String body = second.answer().body();
                assertThat(body).contains("hello from m");
                assertThat(third.answer().body()).isEqualTo(body);
            }
        }
        assertThat(seen.isAbandoned()).isFalse();
        assertThat(provider.count()).isOne();
        awaitNobody();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theUpstreamIsLeftWhenTheLastOneLeaves(boolean streamed) throws Exception {
        provider.always(streamed ? Behaviour.stream(1000, Duration.ofMillis(20)) : Behaviour.silence());
        String more = streamed ? STREAM : "";
        RawHttp first = ask("up:m", more);
        Seen seen = provider.await(0, PATIENT);
        RawHttp second = ask("up:m", more);
        if (streamed) {
            second.head();
            second.event();
        } else {
            TimeUnit.MILLISECONDS.sleep(JOINING);
        }

        first.reset();
        TimeUnit.MILLISECONDS.sleep(50);
        assertThat(seen.isAbandoned()).isFalse();
        second.reset();

        seen.awaitAbandoned(SOON);
        awaitNobody();
        provider.always(Behaviour.hello());
        assertThat(post(ApiClient.body("up:m", more)).headers().firstValue(REPLAY))
                .isEmpty();
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void aFailureIsForAllWhoWaitAndTheNextIsANewTry() throws Exception {
        provider.script(Behaviour.status(400).after(Duration.ofMillis(300)));
        try (RawHttp first = ask("up:m", "")) {
            provider.await(0, PATIENT);
            HttpResponse<String> second = post(ApiClient.body("up:m"));
            assertThat(second.statusCode()).isEqualTo(400);
            assertThat(first.answer().body()).isEqualTo(second.body());
        }
        assertThat(provider.count()).isOne();

        HttpResponse<String> next = post(ApiClient.body("up:m", ",\"seed\":1"));

        assertThat(next.statusCode()).isEqualTo(200);
        assertThat(next.headers().firstValue(REPLAY)).isEmpty();
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void aBreakInMidStreamReachesAllAndIsNotKept() throws Exception {
        provider.script(Behaviour.stream(50, Duration.ofMillis(20)).resetAfter(20));
        try (RawHttp first = ask("up:m", STREAM)) {
            first.head();
            List<String> early = List.of(first.event());
            try (RawHttp second = ask("up:m", STREAM)) {
                second.head();
                List<String> all = new ArrayList<>(early);
                all.addAll(first.events());
                assertThat(second.events()).isEqualTo(all);
                assertThat(all.get(all.size() - 1)).contains("stream_interrupted");
                assertThat(StreamingTest.text(all.subList(0, all.size() - 1))).endsWith("t19 ");
            }
        }
        assertThat(provider.count()).isOne();
        assertThat(post(ApiClient.body("up:m", STREAM)).body()).endsWith("data: [DONE]\n\n");
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void eachWaitsAsLongAsItsOwnTimeLasts() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofMillis(2500)));
        try (RawHttp first = ask("up:m", "")) {
            provider.await(0, PATIENT);
            long start = System.nanoTime();
            HttpResponse<String> hasty = post(ApiClient.body("up:m"), "x-request-timeout-ms", "400");

            assertThat(hasty.statusCode()).isEqualTo(504);
            assertThat(System.nanoTime() - start)
                    .isLessThan(Duration.ofSeconds(2).toNanos());
            assertThat(first.answer().status()).isEqualTo(200);
        }
        assertThat(provider.count()).isOne();
    }

    @Test
    void whoHasMoreTimeThanTheFirstTriesAgainWithTheRestOfIt() throws Exception {
        provider.script(Behaviour.silence());
        provider.always(Behaviour.hello());
        try (RawHttp first = ask("up:m", "", "x-request-timeout-ms: 700")) {
            provider.await(0, PATIENT);
            HttpResponse<String> patient = post(ApiClient.body("up:m"));

            assertThat(first.answer().status()).isEqualTo(504);
            assertThat(patient.statusCode()).isEqualTo(200);
            assertThat(patient.headers().firstValue(REPLAY)).isEmpty();
        }
        assertThat(provider.count()).isEqualTo(2);
    }

    @Test
    void aSlowFollowerHoldsNobodyBack() throws Exception {
        provider.always(Behaviour.stream(3000, Duration.ofNanos(1000)));
        try (RawHttp leader = ask("up:m", STREAM);
                RawHttp slow = RawHttp.to(gateway.port(), 4096)) {
            Seen seen = provider.await(0, PATIENT);
            slow.send(RawHttp.post(CHAT, ApiClient.body("up:m", STREAM), KEY + ": " + key));
            leader.head();
            List<String> all = leader.events();
            seen.awaitAnswered(PATIENT);
            assertThat(all).hasSizeGreaterThan(3000);

            slow.head();
            assertThat(slow.events()).isEqualTo(all);
        }
        assertThat(provider.count()).isOne();
        awaitNobody();
    }

    @Test
    void aSlowFirstOneHoldsNoFollowerBack() throws Exception {
        provider.always(Behaviour.stream(3000, Duration.ofNanos(1000)));
        try (RawHttp slow = RawHttp.to(gateway.port(), 4096)) {
            slow.send(RawHttp.post(CHAT, ApiClient.body("up:m", STREAM), KEY + ": " + key));
            provider.await(0, PATIENT);
            HttpResponse<String> fast = post(ApiClient.body("up:m", STREAM));
            assertThat(fast.body()).contains("t2999 ").endsWith("data: [DONE]\n\n");

            slow.head();
            assertThat(String.join("", slow.events()))
                    .isEqualTo(fast.body().replace("data: ", "").replace("\n", ""));
        }
        assertThat(provider.count()).isOne();
        awaitNobody();
    }

    @Test
    void aKeyMustBeOneOfVisibleCharacters() throws Exception {
        for (String bad : List.of("", "a b", "é", "x".repeat(256))) {
            RawHttp.Answer answer = RawHttp.to(gateway.port())
                    .send(RawHttp.post(CHAT, ApiClient.body("up:m"), KEY + ": " + bad))
                    .answer();
            assertThat(answer.status()).as(bad).isEqualTo(400);
            assertThat(answer.body()).contains("invalid_idempotency_key").contains(KEY);
        }
        RawHttp.Answer twice = RawHttp.to(gateway.port())
                .send(RawHttp.post(CHAT, ApiClient.body("up:m"), KEY + ": a", KEY + ": b"))
                .answer();
        assertThat(twice.status()).isEqualTo(400);
        RawHttp.Answer twoCallers = RawHttp.to(gateway.port())
                .send(RawHttp.post(
                        CHAT,
                        ApiClient.body("up:m"),
                        KEY + ": a",
                        "Authorization: Bearer a",
                        "Authorization: Bearer b"))
                .answer();
        assertThat(twoCallers.status()).isEqualTo(400);
        assertThat(provider.count()).isZero();
        assertThat(api.chat("up:m", KEY, "x".repeat(255)).statusCode()).isEqualTo(200);
    }

    @Test
    void listenersHearOfEachRequestAndOfItsTokensOnce() throws Exception {
        List<RequestListener.Ended> heard = new CopyOnWriteArrayList<>();
        gateway.gateway().addListener(new RequestListener() {
            @Override
            public void ended(Ended request) {
                if (request.id().startsWith("told-")) {
                    heard.add(request);
                }
            }
        });
        post(ApiClient.body("up:m"), "x-request-id", "told-1");
        post(ApiClient.body("up:m"), "x-request-id", "told-2");
        post(ApiClient.body("up:n"), "x-request-id", "told-3", "x-llm-target", "up:m");

        assertThat(heard).extracting(RequestListener.Ended::id).containsExactly("told-1", "told-2", "told-3");
        assertThat(heard.get(0).usage()).isNotNull();
        assertThat(heard.get(1).usage()).isNull();
        assertThat(heard.get(1).failure()).isNull();
        assertThat(heard.get(1).route())
                .satisfies(
                        it -> assertThat(Objects.requireNonNull(it).replayed()).isTrue());
        assertThat(heard.get(2).failure())
                .satisfies(it -> assertThat(Objects.requireNonNull(it).status()).isEqualTo(409));
    }

    @Test
    void anUnknownTargetIsWhatItIsWithoutAKey() throws Exception {
        assertThat(post(ApiClient.body("nobody")).statusCode()).isEqualTo(404);
        assertThat(gateway.gateway().idempotency().underWay()).isZero();
    }

    @Test
    void itsTimeToLiveIsConfigured(@TempDir Path configs) throws Exception {
        try (TestGateway brief = TestGateway.oneModel(configs, provider.baseUrl(), 100)
                .file("wrappers/w.toml", "[global.idempotency]\nttl = 1.5\n")
                .start()) {
            ApiClient client = new ApiClient(brief.url());
            client.chat("up:m", KEY, key);
            assertThat(client.chat("up:m", KEY, key).headers().firstValue(REPLAY))
                    .contains("true");
            assertThat(provider.count()).isOne();

            await().atMost(PATIENT).until(() -> brief.gateway().idempotency().kept() == 0);

            assertThat(client.chat("up:m", KEY, key).headers().firstValue(REPLAY))
                    .isEmpty();
            assertThat(provider.count()).isEqualTo(2);
        }
    }
}

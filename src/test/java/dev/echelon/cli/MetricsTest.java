package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.ops.MetricNames;
import dev.echelon.route.Ask;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.StatusBehaviour;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is measured is what happened, and nothing that strangers write becomes a series. */
class MetricsTest {

    private static final String STREAM = ",\"stream\":true";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int NAMES = 100_000;

    @TempDir
    private Path configs;

    private final FakeProvider provider = FakeProvider.start();
    private TestGateway gateway;
    private ApiClient api;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", group("g", "up:a", "up:b"))
                .file("task-groups/spare.toml", group("spare", "up:spare", "up:spare2"))
                .file("task-groups/slow.toml", group("slow", "up:slow", "up:slow2"))
                .file("pools/p.toml", POOL)
                .file("pools/rescue.toml", RESCUE)
                .file("wrappers/pool-wrappers.toml", "[global]\nallow_direct = true\n")
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void everyMetricShowsWhatTheUpstreamSaw() throws Exception {
        assertThat(api.chat("g").statusCode()).isEqualTo(200);
        assertThat(api.post(ApiClient.body("p", STREAM)).body()).contains("[DONE]");
        provider.scriptFor("a", Behaviour.status(500), Behaviour.status(500));
        assertThat(api.chat("g").statusCode()).isEqualTo(200);
        provider.scriptFor("b", Behaviour.status(500));
        assertThat(api.chat("p").headers().firstValue("x-llm-instance")).hasValue("spare.e1/up:spare");
        provider.scriptFor("a", Behaviour.status(400));
        assertThat(api.chat("g").statusCode()).isEqualTo(400);
        breakOff("up:a");
        leave("slow");
        assertThat(api.chat("nobody-knows-me").statusCode()).isEqualTo(404);
        await().atMost(SOON).until(() -> Scrape.of(gateway).sum("echelon_requests_total") == 8);

        Scrape seen = Scrape.of(gateway);
        for (MetricNames name : MetricNames.values()) {
            boolean isOfKafka = name.metric().startsWith("echelon.kafka.");
            assertThat(Double.isNaN(seen.sum(prometheus(name))))
                    .as(name.metric())
                    .isEqualTo(isOfKafka);
        }
        assertThat(seen.sum("echelon_requests_total", "target=\"g\"", "outcome=\"ok\""))
                .isEqualTo(2);
        assertThat(seen.sum("echelon_requests_total", "target=\"p\"", "outcome=\"ok\""))
                .isEqualTo(2);
        assertThat(seen.sum("echelon_requests_total", "outcome=\"cancelled\"")).isEqualTo(1);
        assertThat(seen.sum("echelon_requests_total", "target=\"other\"", "outcome=\"invalid_request\""))
                .isEqualTo(1);
        assertThat(seen.sum("gen_ai_server_request_duration_seconds_count")).isEqualTo(8);
        assertThat(seen.sum("gen_ai_server_request_duration_seconds_count", "error_type=\"\""))
                .isEqualTo(4);

        assertThat(seen.sum("echelon_attempts_total")).isEqualTo(provider.count());
        assertThat(seen.sum("gen_ai_client_operation_duration_seconds_count")).isEqualTo(provider.count());
        for (String model : Set.of("a", "b", "spare", "slow")) {
            assertThat(seen.sum(
                            "gen_ai_client_operation_duration_seconds_count", "gen_ai_request_model=\"" + model + "\""))
                    .as(model)
                    .isEqualTo(provider.requests(model).size());
        }
        assertThat(seen.sum("echelon_attempts_total", "outcome=\"server_error\""))
                .isEqualTo(3);
        assertThat(seen.sum("echelon_fallbacks_total", "target=\"g\"", "to=\"echelon\""))
                .isEqualTo(1);
        assertThat(seen.sum("echelon_fallbacks_total", "target=\"p\"", "to=\"pool\""))
                .isEqualTo(1);
        assertThat(seen.sum("echelon_stream_interruptions_total", "instance=\"direct/up:a\""))
                .isEqualTo(1);
        assertThat(seen.sum("gen_ai_server_time_to_first_token_seconds_count")).isEqualTo(2);
        assertThat(seen.sum("gen_ai_client_token_usage_count", "gen_ai_token_type=\"input\""))
                .isEqualTo(4);
        assertThat(seen.sum("gen_ai_client_token_usage_sum")).isPositive();
    }

    @Test
    void gaugesShowWhatIsGoingOn() throws Exception {
        provider.alwaysFor("slow", Behaviour.silence());
        try (RawHttp caller = RawHttp.to(gateway.port())) {
            caller.send(RawHttp.post("/v1/chat/completions", ApiClient.body("slow")));
            provider.await(0, SOON);
            await().atMost(SOON).untilAsserted(() -> {
                Scrape seen = Scrape.of(gateway);

                assertThat(seen.sum("echelon_requests_in_flight")).isEqualTo(1);
                assertThat(seen.sum("echelon_attempts_in_flight", "instance=\"slow.e1/up:slow\""))
                        .isEqualTo(1);
                assertThat(seen.sum("echelon_permits_in_use", "echelon=\"slow.e1\""))
                        .isEqualTo(1);
                assertThat(seen.sum("echelon_permits_left", "echelon=\"slow.e1\""))
                        .isEqualTo(99);
                assertThat(seen.sum("echelon_rpm_left", "echelon=\"slow.e1\"")).isEqualTo(999);
                assertThat(seen.sum("echelon_connections_active", "provider=\"up\""))
                        .isEqualTo(1);
                assertThat(seen.sum("echelon_connections_waiting", "provider=\"up\""))
                        .isZero();
                assertThat(seen.sum("echelon_connections_open") - seen.sum("echelon_connections_idle"))
                        .isEqualTo(1);
                assertThat(seen.sum("echelon_connections_opened_total") - seen.sum("echelon_connections_closed_total"))
                        .isEqualTo(seen.sum("echelon_connections_open"));
                assertThat(seen.sum("echelon_returns_allowed", "instance=\"slow.e1/up:slow\""))
                        .isEqualTo(3);
                assertThat(seen.sum("echelon_pool_requests_left", "pool=\"p\"")).isEqualTo(50);
            });
        }
        provider.scriptFor("a", Behaviour.status(429).header("retry-after", "60"));
        assertThat(api.chat("g").statusCode()).isEqualTo(200);

        await().atMost(SOON).untilAsserted(() -> {
            Scrape later = Scrape.of(gateway);
            assertThat(later.sum("echelon_instance_cooldown_seconds", "instance=\"g.e1/up:a\""))
                    .isBetween(40.0, 70.0);
            assertThat(later.sum("echelon_instance_state", "instance=\"g.e1/up:a\"", "state=\"cooling\""))
                    .isOne();
            assertThat(later.sum("echelon_instance_state", "instance=\"g.e1/up:a\"", "state=\"ready\""))
                    .isZero();
            assertThat(later.sum("echelon_breaker_state", "instance=\"g.e1/up:a\"", "state=\"closed\""))
                    .isOne();
            assertThat(later.sum("echelon_attempts_in_flight")).isZero();
            assertThat(later.sum("echelon_requests_in_flight")).isZero();
        });
    }

    @Test
    void eventsThatCannotBeReadAreCountedAndTheRestIsTheAnswer() throws Exception {
        provider.scriptFor(
                "a", Behaviour.stream(4, Duration.ZERO).insertAfter(2, "data: {\"choices\":[\n\ndata: 7\n\n"));

        assertThat(api.post(ApiClient.body("up:a", STREAM)).body()).contains("t0 ", "t3 ", "[DONE]");

        await().atMost(SOON).untilAsserted(() -> assertThat(
                        Scrape.of(gateway).sum("echelon_stream_skipped_total", "provider=\"up\""))
                .isEqualTo(2));
    }

    @Test
    void linesThatASlowConsoleDoesNotTakeAreCounted() throws Exception {
        assertThat(Scrape.of(gateway).sum("echelon_log_dropped_total")).isZero();
        RootLogging before = new RootLogging();
        StuckConsole console = new StuckConsole();
        console.start();
        LogQueue queue = LogSetup.queueBefore(console);
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(queue);
        try {
            for (int i = 0; i < 10_000; i++) {
                queue.doAppend(new LoggingEvent("", root, Level.INFO, "told", null, null));
            }

            assertThat(Scrape.of(gateway).sum("echelon_log_dropped_total")).isBetween(1_000.0, 9_000.0);
        } finally {
            console.release();
            before.restore();
            queue.stop();
        }
    }

    @Test
    void aHundredThousandRandomNamesAddNoSeries() throws Exception {
        assertThat(api.chat("nobody").statusCode()).isEqualTo(404);
        assertThat(api.chat("up:unlisted").statusCode()).isEqualTo(200);
        Set<String> before = ours();

        CountDownLatch refused = new CountDownLatch(NAMES);
        gateway.runtime().vertx().runOnContext(any -> {
            for (int i = 0; i < NAMES; i++) {
                gateway.gateway()
                        .process(
                                new DefaultExchange(gateway.context()),
                                Ask.plain(ChatRequest.ofText("hello"), "model-" + i, new Cancellation()),
                                sync -> refused.countDown());
            }
        });
        assertThat(refused.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 200; i++) {
            assertThat(api.chat("up:model-" + i).statusCode()).isEqualTo(200);
        }

        assertThat(ours()).isEqualTo(before);
        assertThat(Scrape.of(gateway).sum("echelon_requests_total", "target=\"other\""))
                .isEqualTo(NAMES + 202);
    }

    @Test
    void noKeyNoPromptAndNoTextOfAnUpstreamIsInMetricsOrHealth() throws Exception {
        provider.alwaysFor("a", Behaviour.status(401));
        provider.alwaysFor("b", Behaviour.status(500).code("canary-code"));
        api.post(
                "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"canary-prompt\"}]}",
                "x-request-id",
                "canary-id");

        String text =
                Scrape.of(gateway).text() + management("/observe/health?data=true&stackTrace=true&exposureLevel=full");
        assertThat(text)
                .contains("quarantine")
                .doesNotContain("canary", "key-of-up", StatusBehaviour.CANARY, "127.0.0.1", provider.baseUrl());
    }

    private void breakOff(String model) throws Exception {
        provider.scriptFor("a", Behaviour.stream(4, Duration.ZERO).cutAfter(2));
        // Java's client may throw what was cut off away
        try (RawHttp cut =
                RawHttp.to(gateway.port()).send(RawHttp.post("/v1/chat/completions", ApiClient.body(model, STREAM)))) {
            assertThat(cut.everything()).contains("stream_interrupted");
        }
    }

    private void leave(String target) throws Exception {
        provider.alwaysFor("slow", Behaviour.silence());
        int before = provider.count();
        RawHttp caller = RawHttp.to(gateway.port());
        caller.send(RawHttp.post("/v1/chat/completions", ApiClient.body(target)));
        provider.await(before, SOON);
        caller.reset();
    }

    /** The series that are ours, without their values. */
    private Set<String> ours() throws Exception {
        return Scrape.of(gateway).series().keySet().stream()
                .filter(series -> series.startsWith("echelon_") || series.startsWith("gen_ai_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String management(String path) throws Exception {
        return new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()))
                .get(path)
                .body();
    }

    private static String prometheus(MetricNames name) {
        String base = name.metric().replace('.', '_');
        return switch (name.type()) {
            case COUNTER -> base + "_total";
            case GAUGE -> base;
            case GAUGE_SECONDS -> base + "_seconds";
            case GAUGE_BYTES -> base + "_bytes";
            case TIMER -> base + "_seconds_count";
            case SUMMARY -> base + "_count";
        };
    }

    private static String group(String name, String first, String second) {
        return """
                [task_group]
                name = "%s"
                [task_group.circuit_breaker]
                failure_threshold = 100
                recovery_time = 60
                half_open_requests = 1
                [task_group.echelons.e1]
                models = ["%s"]
                concurrency_limit = 100
                rpm_limit = 1000
                max_retries = 0
                priority = 1
                [task_group.echelons.e2]
                models = ["%s"]
                concurrency_limit = 100
                rpm_limit = 1000
                max_retries = 0
                priority = 2
                """.formatted(name, first, second);
    }

    private static final String POOL = """
            [pool]
            name = "p"
            task_groups = ["g"]
            [pool.fallback]
            strategy = "pool_fallback"
            fallback_pools = ["rescue"]
            [pool.rate_limiting]
            enabled = true
            algorithm = "token_bucket"
            token_bucket = { bucket_size = 50, refill_rate = 10 }
            """;

    private static final String RESCUE = """
            [pool]
            name = "rescue"
            task_groups = ["spare"]
            [pool.rate_limiting]
            enabled = false
            """;
}

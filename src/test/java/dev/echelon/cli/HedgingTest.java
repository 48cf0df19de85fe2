package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.Seen;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second attempt beside a slow one, for those who ask for it. */
class HedgingTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration SLOW = Duration.ofSeconds(8);

    private static FakeProvider slow;
    private static FakeProvider quick;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        slow = FakeProvider.start();
        quick = FakeProvider.start();
        gateway = TestGateway.in(folder)
                .provider("slow", "openai", slow.baseUrl())
                .provider("quick", "openai", quick.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.circuit_breaker]
                        failure_threshold = 1000
                        [task_group.echelons.e1]
                        models = ["slow:m"]
                        concurrency_limit = 1000
                        rpm_limit = 100000
                        priority = 1
                        max_retries = 0
                        [task_group.echelons.e2]
                        models = ["quick:m"]
                        concurrency_limit = 1000
                        rpm_limit = 100000
                        priority = 2
                        max_retries = 0
                        """)
                .file("wrappers/w.toml", """
                        [wrappers]
                        [global.hedging]
                        enabled = true
                        min_delay = 0.1
                        """)
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        slow.close();
        quick.close();
    }

    /** Enough answers to know what is slow, and enough requests to have earned a hedge. */
    @BeforeEach
    void warmUp() throws Exception {
        slow.reset();
        quick.reset();
        for (int i = 0; i < 64; i++) {
            assertThat(api.chat("g").statusCode()).isEqualTo(200);
        }
        slow.reset();
        quick.reset();
    }

    @Test
    void whoAnswersFirstWinsAndTheOtherIsLeft() throws Exception {
        slow.script(Behaviour.hello().after(SLOW));
        long before = System.nanoTime();
        HttpResponse<String> answer = api.chat("g");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
        assertThat(answer.headers().firstValue("x-llm-instance")).contains("g.e2/quick:m");
        assertThat(answer.headers().firstValue("x-llm-attempts")).contains("2");
        assertThat(answer.headers().firstValue("x-llm-trace").orElseThrow())
                .contains("g.e1/slow:m=cancelled")
                .contains("g.e2/quick:m=ok");
        slow.last().awaitAbandoned(SOON);
        assertNothingIsHeld();
    }

    @Test
    void aHedgeThatIsNotNeededIsLeft() throws Exception {
        slow.script(Behaviour.hello().after(Duration.ofMillis(700)));
        quick.script(Behaviour.silence());
        HttpResponse<String> answer = api.chat("g");

        assertThat(answer.headers().firstValue("x-llm-instance")).contains("g.e1/slow:m");
        assertThat(answer.headers().firstValue("x-llm-attempts")).contains("2");
        quick.last().awaitAbandoned(SOON);
        assertNothingIsHeld();
    }

    @Test
    void aHedgeThatFailsHarmsNothingAndIsNotAskedAgain() throws Exception {
        slow.script(Behaviour.hello().after(Duration.ofMillis(700)));
        quick.script(Behaviour.status(500));

        assertThat(api.chat("g").headers().firstValue("x-llm-instance")).contains("g.e1/slow:m");
        assertThat(quick.count()).isOne();

        slow.script(Behaviour.status(500).after(Duration.ofMillis(700)));
        quick.script(Behaviour.status(500));
        assertThat(api.chat("g").statusCode()).isEqualTo(502);
        assertThat(quick.count()).isEqualTo(2);
        assertNothingIsHeld();
    }

    @Test
    void whenTheFirstFailsTheHedgeThatRunsIsTheFailover() throws Exception {
        slow.script(Behaviour.status(500).after(Duration.ofMillis(500)));
        quick.script(Behaviour.hello().after(Duration.ofSeconds(1)));
        HttpResponse<String> answer = api.chat("g");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-llm-instance")).contains("g.e2/quick:m");
        assertThat(quick.count()).isOne();
        assertNothingIsHeld();
    }

    @Test
    void aCallerThatLeavesLeavesBoth() throws Exception {
        slow.script(Behaviour.silence());
        quick.script(Behaviour.silence());
        RawHttp connection = RawHttp.to(gateway.port()).send(RawHttp.post("/v1/chat/completions", ApiClient.body("g")));
        List<Seen> both = List.of(slow.await(0, SOON), quick.await(0, SOON));
        connection.reset();

        for (Seen seen : both) {
            seen.awaitAbandoned(SOON);
        }
        assertNothingIsHeld();
    }

    @Test
    void hedgesAreFewHoweverManyAreSlow() throws Exception {
        slow.always(Behaviour.hello().after(Duration.ofMillis(300)));
        for (int i = 0; i < 20; i++) {
            api.chat("g");
        }
        assertThat(quick.count())
                .as("of 64 + 20 requests and what was saved before")
                .isLessThanOrEqualTo(10);
    }

    @Test
    void streamsAreNeverHedged() throws Exception {
        slow.script(Behaviour.hello().after(Duration.ofMillis(700)));

        assertThat(api.post(ApiClient.body("g", ", \"stream\": true")).body()).endsWith("data: [DONE]\n\n");
        assertThat(quick.count()).isZero();
    }

    private static void assertNothingIsHeld() {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(gateway.gateway().inFlight()).isZero();
            assertThat(gateway.gateway().states().echelons())
                    .allSatisfy(it -> assertThat(it.permits()).isZero());
            assertThat(gateway.gateway().states().instances())
                    .allSatisfy(it -> assertThat(it.inFlight()).isZero());
            assertThat(gateway.runtime().connections().active()).isZero();
        });
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.Health.State;
import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools probe their models; what fails is out before a prompt finds out, and comes back gradually. */
class HealthCheckTest {

    @TempDir
    private Path configs;

    private FakeProvider one;
    private FakeProvider two;

    @BeforeEach
    void start() {
        one = FakeProvider.start();
        two = FakeProvider.start();
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private TestGateway gateway(String models, double interval, int threshold, double recovery) throws Exception {
        return TestGateway.in(configs)
                .provider("one", "openai", one.baseUrl())
                .provider("two", "anthropic", two.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = [%s]
                        concurrency_limit = 1000
                        rpm_limit = 100000
                        priority = 1
                        """.formatted(models))
                .file("pools/p.toml", """
                        [pool]
                        name = "p"
                        task_groups = ["g"]
                        [pool.health_check]
                        interval = %s
                        failure_threshold = %d
                        recovery_time = %s
                        """.formatted(interval, threshold, recovery))
                .start();
    }

    private static Instance instance(TestGateway gateway, String id) {
        return gateway.gateway().generation().instances().stream()
                .filter(it -> it.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static State state(TestGateway gateway, String id) {
        return gateway.gateway().states().health(instance(gateway, id).key()).state();
    }

    private static double share(TestGateway gateway, String id) {
        Condition condition = gateway.gateway().states().condition(instance(gateway, id), System.nanoTime());
        assertThat(condition.ready()).isTrue();
        return condition.share();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanos too late").isNegative();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void aModelWhoseProbesFailGetsNoTrafficUntilTheySucceed() throws Exception {
        one.models(Behaviour.status(500)).always(Behaviour.status(500));
        try (TestGateway gateway = gateway("\"one:m\", \"two:m\"", 0.2, 3, 0.5)) {
            ApiClient client = new ApiClient(gateway.url());
            await(() -> state(gateway, "g.e1/one:m") == State.UNHEALTHY);
            assertThat(one.probes()).hasSizeGreaterThanOrEqualTo(3);
            assertThat(state(gateway, "g.e1/two:m")).isEqualTo(State.HEALTHY);

            for (int i = 0; i < 20; i++) {
                HttpResponse<String> answer = client.chat("p");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("x-llm-attempts")).hasValue("1");
            }
            assertThat(one.count()).isZero();

            one.models(Behaviour.modelList("m")).always(Behaviour.hello());
            await(() -> state(gateway, "g.e1/one:m") == State.RECOVERING);
            assertThat(share(gateway, "g.e1/one:m")).isBetween(0.1, 0.9);
            two.reset();
            for (int i = 0; i < 100; i++) {
                assertThat(client.chat("p").statusCode()).isEqualTo(200);
            }
            assertThat(one.count()).isPositive().isLessThan(two.count());
        }
    }

    @Test
    void probesAreListsOfModelsWithTheKeyOfTheAddressAndNothingElse() throws Exception {
        try (TestGateway gateway = gateway("\"one:a\", \"one:b\", \"one:c\", \"one:d\", \"two:e\"", 0.2, 3, 1)) {
            long from = System.nanoTime();
            await(() -> one.probes().size() >= 5 && two.probes().size() >= 5);

            long most = (System.nanoTime() - from) / Duration.ofMillis(170).toNanos() + 2;
            assertThat((long) one.probes().size())
                    .as("one probe for four models")
                    .isLessThanOrEqualTo(most);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
        assertThat(one.probes()).allSatisfy(it -> {
            assertThat(it.method() + " " + it.uri()).isEqualTo("GET /v1/models");
            assertThat(it.header("authorization")).isEqualTo("Bearer key-of-one");
            assertThat(it.body()).isEmpty();
        });
        assertThat(two.probes()).allSatisfy(it -> {
            assertThat(it.method() + " " + it.uri()).isEqualTo("GET /v1/models");
            assertThat(it.header("x-api-key")).isEqualTo("key-of-two");
            assertThat(it.header("anthropic-version")).isNotNull();
        });
        assertThat(one.count() + two.count()).isZero();
    }

    @Test
    void aProbeThatHangsIsAFailedOne() throws Exception {
        one.models(Behaviour.silence());
        try (TestGateway gateway = gateway("\"one:m\", \"two:m\"", 0.3, 2, 60)) {
            await(() -> state(gateway, "g.e1/one:m") == State.UNHEALTHY);

            Seen first = one.probes().get(0);
            first.awaitAbandoned(Duration.ofSeconds(5));
            assertThat(new ApiClient(gateway.url()).chat("p").headers().firstValue("x-llm-instance"))
                    .hasValue("g.e1/two:m");
        }
    }

    @Test
    void aProviderWithoutAListOfModelsIsHealthy() throws Exception {
        one.models(Behaviour.status(404));
        two.models(Behaviour.status(401));
        try (TestGateway gateway = gateway("\"one:m\", \"two:m\"", 0.1, 1, 60)) {
            await(() -> one.probes().size() >= 4 && two.probes().size() >= 4);

            assertThat(gateway.gateway()
                            .states()
                            .health(instance(gateway, "g.e1/one:m").key())
                            .failures())
                    .isZero();
            assertThat(gateway.gateway()
                            .states()
                            .health(instance(gateway, "g.e1/two:m").key())
                            .failures())
                    .isZero();
        }
    }

    @Test
    void aStoppedGatewayProbesNoMore() throws Exception {
        try (TestGateway gateway = gateway("\"one:m\"", 0.1, 3, 60)) {
            await(() -> !one.probes().isEmpty());
            assertThat(gateway.gateway().inFlight()).isZero();
        }
        int until = one.probes().size();
        TimeUnit.MILLISECONDS.sleep(400);
        assertThat(one.probes()).hasSizeBetween(until, until + 1);
    }

    @Test
    void whereEveryModelIsUnhealthyAPromptMayFindOutThatOneIsNot() throws Exception {
        one.models(Behaviour.status(500));
        // two hundred probes would have to fail before it is unhealthy again
        try (TestGateway gateway = gateway("\"one:m\"", 0.01, 200, 3600)) {
            await(() -> state(gateway, "g.e1/one:m") == State.UNHEALTHY);

            HttpResponse<String> answer = new ApiClient(gateway.url()).chat("p");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(state(gateway, "g.e1/one:m")).isEqualTo(State.RECOVERING);
            assertThat(new ApiClient(gateway.url()).chat("p").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whereEveryModelIsUnhealthyOnePromptASecondIsRiskedAndTheOthersAreAnsweredAtOnce() throws Exception {
        one.models(Behaviour.status(500)).always(Behaviour.status(500));
        try (TestGateway gateway = gateway("\"one:m\"", 0.1, 2, 3600)) {
            ApiClient client = new ApiClient(gateway.url());
            await(() -> state(gateway, "g.e1/one:m") == State.UNHEALTHY);
            long from = System.nanoTime();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                answers.add(client.postAsync(ApiClient.body("p")));
            }
            List<Integer> statuses = new ArrayList<>();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                statuses.add(answer.get(20, TimeUnit.SECONDS).statusCode());
            }

            long seconds = Duration.ofNanos(System.nanoTime() - from).toSeconds();
            assertThat((long) one.count()).isBetween(1L, seconds + 1);
            assertThat(statuses).containsOnly(502, 503);
            assertThat(statuses.stream().filter(it -> it == 502)).hasSize(one.count());
            assertThat(client.chat("p").headers().firstValue("retry-after")).isPresent();
            assertThat(state(gateway, "g.e1/one:m")).isEqualTo(State.UNHEALTHY);
        }
    }
}

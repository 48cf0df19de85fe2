package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.Health;
import dev.echelon.domain.Health.State;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Secret;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import dev.echelon.model.Upstream;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which addresses are probed while configurations come and go. */
class HealthProbesTest {

    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final Duration SELDOM = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final ModelClient client = new ModelClient(vertx, 2, Ticker.SYSTEM);
    private final Healths healths = new Healths();
    private HealthProbes probes;
    private FakeProvider provider;

    @BeforeEach
    void open() {
        provider = FakeProvider.start();
        probes = new HealthProbes(client, new EventLoops(vertx), healths, Ticker.SYSTEM, () -> 0);
    }

    @AfterEach
    void close() throws Exception {
        probes.stop();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        provider.close();
    }

    private ProbedAddress address(String key, Duration interval, String... models) {
        Upstream upstream = new Upstream(
                "up",
                Dialects.standard(Clock.systemUTC()).get("openai"),
                URI.create(provider.baseUrl()),
                new Secret(key),
                "m",
                ConnectionRules.DEFAULT);
        Map<ModelKey, HealthRules> rules = new HashMap<>();
        for (String model : models) {
            rules.put(model(key, model), new HealthRules(1, Duration.ofHours(1)));
        }
        return new ProbedAddress(upstream, interval, rules);
    }

    private ModelKey model(String key, String model) {
        return new ModelKey(new ModelRef("up", model), URI.create(provider.baseUrl()), new Secret(key));
    }

    private long probesWith(String key) {
        return provider.probes().stream()
                .filter(it -> Objects.equals(it.header("authorization"), "Bearer " + key))
                .count();
    }

    private State state(String key, String model) {
        return healths.of(model(key, model), System.nanoTime()).state();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanos too late").isNegative();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void nothingIsProbedBeforeTheStartAndAfterTheStop() throws Exception {
        probes.probe(List.of(address("k", OFTEN, "m")));
        TimeUnit.MILLISECONDS.sleep(50);
        assertThat(provider.probes()).isEmpty();

        probes.start();
        await(() -> probesWith("k") >= 3);
        probes.stop();
        await(() -> provider.connections() == 0);
        long until = probesWith("k");
        TimeUnit.MILLISECONDS.sleep(5 * OFTEN.toMillis());
        assertThat(probesWith("k")).isBetween(until, until + 1);
    }

    @Test
    void oneProbeSpeaksForAllModelsOfAnAddress() throws Exception {
        provider.models(Behaviour.status(500));
        probes.start();
        probes.probe(List.of(address("k", SELDOM, "m1", "m2", "m3")));

        await(() -> state("k", "m1") == State.UNHEALTHY
                && state("k", "m2") == State.UNHEALTHY
                && state("k", "m3") == State.UNHEALTHY);
        assertThat(provider.probes()).hasSize(1);
    }

    @Test
    void whatIsNoLongerWantedIsNoLongerProbedAndForgotten() throws Exception {
        provider.models(Behaviour.status(500));
        probes.start();
        probes.probe(List.of(address("k1", OFTEN, "m"), address("k2", OFTEN, "m")));
        await(() -> state("k1", "m") == State.UNHEALTHY && state("k2", "m") == State.UNHEALTHY);

        probes.probe(List.of(address("k1", OFTEN, "m")));

        assertThat(healths.of(model("k2", "m"), System.nanoTime())).isEqualTo(Health.FRESH);
        assertThat(state("k1", "m")).isEqualTo(State.UNHEALTHY);
        long others = probesWith("k2");
        long kept = probesWith("k1");
        await(() -> probesWith("k1") >= kept + 4);
        assertThat(probesWith("k2")).isBetween(others, others + 1);
    }

    @Test
    void aNewConfigurationWithTheSameAddressKeepsItsPace() throws Exception {
        probes.start();
        for (int i = 0; i < 20; i++) {
            probes.probe(List.of(address("k", SELDOM, "m" + i)));
        }
        await(() -> probesWith("k") >= 1);
        TimeUnit.MILLISECONDS.sleep(50);

        assertThat(probesWith("k")).isEqualTo(1);
    }

    @Test
    void modelsThatAreAddedAreProbedWithTheOthers() throws Exception {
        provider.models(Behaviour.status(500));
        probes.start();
        probes.probe(List.of(address("k", OFTEN, "m1")));
        await(() -> state("k", "m1") == State.UNHEALTHY);

        probes.probe(List.of(address("k", OFTEN, "m1", "m2")));

        await(() -> state("k", "m2") == State.UNHEALTHY);
    }

    @Test
    void aNewPaceHoldsAtOnce() throws Exception {
        probes.start();
        probes.probe(List.of(address("k", SELDOM, "m")));
        await(() -> probesWith("k") == 1);

        probes.probe(List.of(address("k", OFTEN, "m")));

        await(() -> probesWith("k") >= 4);
    }

    @Test
    void aProbeUnderWayIsCancelledByTheStop() throws Exception {
        provider.models(Behaviour.silence());
        probes.start();
        probes.probe(List.of(address("k", SELDOM, "m")));
        await(() -> probesWith("k") == 1);

        probes.stop();

        provider.probes().get(0).awaitAbandoned(Duration.ofSeconds(4));
        assertThat(state("k", "m")).isEqualTo(State.HEALTHY);
    }
}

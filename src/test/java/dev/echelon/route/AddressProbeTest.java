package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Secret;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import dev.echelon.model.Upstream;
import dev.echelon.testing.FakeProvider;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When an address is probed: the waits it asks for, without waiting for them. */
class AddressProbeTest {

    private static final Duration INTERVAL = Duration.ofSeconds(100);
    private static final long TIMEOUT = Duration.ofSeconds(5).toNanos();

    /** Lets every wait be over at once, but for the time-outs of probes. */
    private record Impatient(Scheduler real, List<Double> waits) implements Scheduler {

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            if (delayNanos == TIMEOUT) {
                return Timer.NONE;
            }
            waits.add((double) delayNanos / INTERVAL.toNanos());
            return real.schedule(0, task);
        }

        @Override
        public void execute(Runnable task) {
            real.execute(task);
        }
    }

    @Test
    void firstWithinTheIntervalAndThenAboutOnceAnInterval() throws Exception {
        Vertx vertx = Vertx.vertx();
        ModelClient client = new ModelClient(vertx, 1, Ticker.SYSTEM);
        List<Double> waits = new CopyOnWriteArrayList<>();
        Random random = new Random(4);
        try (FakeProvider provider = FakeProvider.start()) {
            Upstream upstream = new Upstream(
                    "up",
                    Dialects.standard(Clock.systemUTC()).get("openai"),
                    URI.create(provider.baseUrl()),
                    new Secret("sk"),
                    "m",
                    ConnectionRules.DEFAULT);
            ModelKey key = new ModelKey(new ModelRef("up", "m"), upstream.baseUrl(), upstream.key());
            ProbedAddress address =
                    new ProbedAddress(upstream, INTERVAL, Map.of(key, new HealthRules(3, Duration.ofSeconds(60))));
            Scheduler scheduler = new Impatient(new EventLoops(vertx).current(), waits);
            AddressProbe probe =
                    new AddressProbe(address, client, scheduler, new Healths(), () -> 0, random::nextDouble);

            probe.start();
            while (waits.size() < 60) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            probe.stop();
        } finally {
            client.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }

        assertThat(waits.get(0)).isCloseTo(new Random(4).nextDouble(), within(1e-9));
        List<Double> pauses = waits.subList(1, 60);
        assertThat(pauses).allSatisfy(it -> assertThat(it).isBetween(0.85, 1.15));
        assertThat(pauses).anySatisfy(it -> assertThat(it).isLessThan(0.92));
        assertThat(pauses).anySatisfy(it -> assertThat(it).isGreaterThan(1.08));
    }
}

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G3: all models are dead, and then one comes back. */
@Tag("goal")
class TotalOutageTest {

    private static final int RATE = 200;

    @TempDir
    private Path folder;

    @Test
    void callersAreAnsweredAtOnceAndTheRecoveryIsNoticed() throws Exception {
        Duration settled = Duration.ofSeconds(Goal.either(10, 2));
        Duration healed = settled.plusSeconds(Goal.either(20, 2));
        Duration end = healed.plusSeconds(Goal.either(10, 3));
        try (FakeProvider a = FakeProvider.start();
                FakeProvider b = FakeProvider.start();
                TestGateway gateway = TwoModels.gateway(folder, a.baseUrl(), b.baseUrl(), 60)) {
            a.always(Behaviour.status(500));
            b.always(Behaviour.status(500));
            AtomicInteger callsWhenSettled = new AtomicInteger();
            AtomicInteger callsWhenHealed = new AtomicInteger();
            OpenLoop load = new OpenLoop(gateway.url(), ApiClient.body("p"))
                    .at(settled, () -> callsWhenSettled.set(a.count() + b.count()))
                    .at(healed, () -> {
                        callsWhenHealed.set(a.count() + b.count());
                        b.always(Behaviour.hello());
                    });
            load.run(RATE, end);

            List<OpenLoop.Sample> outage = load.between(settled, healed);
            double calls = (double) (callsWhenHealed.get() - callsWhenSettled.get()) / outage.size();
            double p99 = OpenLoop.millis(outage, 0.99);
            Duration noticed = load.between(healed, end).stream()
                    .filter(OpenLoop.Sample::ok)
                    .map(OpenLoop.Sample::at)
                    .min(Duration::compareTo)
                    .orElse(end)
                    .minus(healed);
            List<OpenLoop.Sample> after = load.between(healed.plusMillis(2500), end);
            Goal.figure(
                    "G3 total outage: %d requests, upstream calls %.3f x requests, answers p50 %.1f ms p99 %.1f ms;"
                            + " recovery noticed after %d ms, %d errors from 2.5 s on",
                    outage.size(),
                    calls,
                    OpenLoop.millis(outage, 0.5),
                    p99,
                    noticed.toMillis(),
                    OpenLoop.errors(after));
            assertThat(outage)
                    .filteredOn(it -> it.at().plus(it.took()).compareTo(healed) < 0)
                    .isNotEmpty()
                    .noneMatch(OpenLoop.Sample::ok)
                    .allMatch(it -> it.status() >= 500);
            assertThat(calls).isLessThanOrEqualTo(1.2);
            assertThat(load.between(healed, end)).anyMatch(OpenLoop.Sample::ok);
            if (Goal.isFull()) {
                assertThat(noticed).isLessThanOrEqualTo(Duration.ofMillis(1500));
                assertThat(OpenLoop.errors(after)).isZero();
                assertThat(p99).isLessThan(50);
            }
        }
    }
}

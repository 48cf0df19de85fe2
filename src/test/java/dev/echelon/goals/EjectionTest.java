package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G2: a model that fails is left alone at once, and back in full service half a minute after it may be asked again. */
@Tag("goal")
class EjectionTest {

    private static final int RATE = 50;
    private static final int THRESHOLD = 5;
    private static final Duration RECOVERY = Duration.ofSeconds(2);
    private static final Duration RAMP = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void leftAloneAtOnceAndBackAfterTheRamp() throws Exception {
        Duration fails = Duration.ofSeconds(2);
        Duration heals = fails.plusSeconds(1);
        Duration probed = fails.plus(RECOVERY).plusMillis(1500);
        Duration end = Goal.isFull() ? probed.plus(RAMP).plusSeconds(10) : probed.plusSeconds(3);
        try (FakeProvider a = FakeProvider.start();
                FakeProvider b = FakeProvider.start();
                TestGateway gateway = TwoModels.gateway(folder, a.baseUrl(), b.baseUrl(), (int) RECOVERY.toSeconds())) {
            AtomicLong failsAt = new AtomicLong();
            AtomicLong healsAt = new AtomicLong();
            OpenLoop load = new OpenLoop(gateway.url(), ApiClient.body("p"))
                    .at(fails, () -> {
                        a.always(Behaviour.status(500));
                        failsAt.set(System.nanoTime());
                    })
                    .at(heals, () -> {
                        a.always(Behaviour.hello());
                        healsAt.set(System.nanoTime());
                    });
            load.run(RATE, end);

            List<Seen> failed = a.requests().stream()
                    .filter(seen -> seen.arrivedAt() >= failsAt.get() && seen.arrivedAt() < healsAt.get())
                    .toList();
            Duration ejected = failed.isEmpty()
                    ? Duration.ZERO
                    : Duration.ofNanos(failed.get(failed.size() - 1).arrivedAt() - failsAt.get());
            Duration asked = a.requests().stream()
                    .filter(seen -> seen.arrivedAt() >= healsAt.get())
                    .map(seen ->
                            Duration.ofNanos(seen.arrivedAt() - failsAt.get()).minus(ejected))
                    .findFirst()
                    .orElseThrow();
            long last = System.nanoTime();
            double share = share(a, b, last - TimeUnit.SECONDS.toNanos(5));
            Goal.figure(
                    "G2 ejection at %d/s: after %d failed calls and %d ms; asked again after %.1f s;"
                            + " share of the traffic in the last 5 s %.0f %%, %.1f s after that; %d errors",
                    RATE,
                    failed.size(),
                    ejected.toMillis(),
                    asked.toMillis() / 1000.0,
                    share * 100,
                    (last - failsAt.get()) / 1e9 - asked.toMillis() / 1000.0,
                    OpenLoop.errors(load.samples()));
            assertThat(OpenLoop.errors(load.samples())).isZero();
            assertThat(failed).hasSizeGreaterThanOrEqualTo(THRESHOLD);
            assertThat(asked).isGreaterThanOrEqualTo(RECOVERY.minusMillis(100));
            if (Goal.isFull()) {
                assertThat(failed).hasSizeLessThanOrEqualTo(THRESHOLD + 2);
                assertThat(ejected).isLessThanOrEqualTo(Duration.ofSeconds(1));
                assertThat(asked)
                        .isLessThanOrEqualTo(
                                RECOVERY.multipliedBy(11).dividedBy(10).plusMillis(500));
                assertThat(share).isBetween(0.45, 0.55);
            } else {
                assertThat(share).as("it starts slowly").isBetween(0.01, 0.4);
            }
        }
    }

    private static double share(FakeProvider a, FakeProvider b, long since) {
        long ofA = a.requests().stream().filter(it -> it.arrivedAt() >= since).count();
        long ofB = b.requests().stream().filter(it -> it.arrivedAt() >= since).count();
        return (double) ofA / Math.max(1, ofA + ofB);
    }
}

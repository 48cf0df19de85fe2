package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G9: ten times what an echelon can do; what it takes it does as fast as ever, the rest is refused at once. */
@Tag("goal")
class OverloadTest {

    private static final int PERMITS = 50;
    private static final int PEAK = 50;
    private static final int OVERLOAD = 10 * PEAK;

    @TempDir
    private Path folder;

    @Test
    void whatIsTakenIsDoneAndTheRestIsRefusedAtOnce() throws Exception {
        Duration before = Duration.ofSeconds(Goal.either(20, 2));
        Duration overload = Duration.ofSeconds(Goal.either(60, 4));
        Duration after = Duration.ofSeconds(Goal.either(20, 3));
        Random random = new Random(1);
        try (FakeProvider provider = FakeProvider.start();
                TestGateway gateway = gateway(provider)) {
            // 0.5 to 1.5 s, so that permits come free one by one
            provider.always(call -> Behaviour.hello()
                    .after(Duration.ofMillis(500 + random.nextInt(1000)))
                    .answer(call));
            OpenLoop load = new OpenLoop(gateway.url(), ApiClient.body("g"));
            load.run(PEAK * 6 / 10, before);
            List<OpenLoop.Sample> calm = load.samples();
            Duration begins = load.now();
            load.run(OVERLOAD, overload);
            Duration ends = begins.plus(overload);
            Duration calmAgain = load.now().plusSeconds(2);
            load.run(PEAK * 6 / 10, after);

            List<OpenLoop.Sample> during = load.between(begins.plusSeconds(2), ends);
            List<OpenLoop.Sample> taken =
                    during.stream().filter(OpenLoop.Sample::ok).toList();
            List<OpenLoop.Sample> refused =
                    during.stream().filter(it -> !it.ok()).toList();
            double goodput = taken.size() / (double) (overload.toSeconds() - 2);
            double usual = OpenLoop.millis(calm, 0.99);
            double accepted = OpenLoop.millis(taken, 0.99);
            long late = OpenLoop.errors(load.between(calmAgain, load.now()));
            Goal.figure(
                    "G9 overload %d/s on %d/s: goodput %.1f/s, accepted p99 %.0f ms (%.0f ms before), refused p50 %.1f ms"
                            + " p90 %.1f ms p99 %.1f ms, %d errors from 2 s after it on",
                    OVERLOAD,
                    PEAK,
                    goodput,
                    accepted,
                    usual,
                    OpenLoop.millis(refused, 0.5),
                    OpenLoop.millis(refused, 0.9),
                    OpenLoop.millis(refused, 0.99),
                    late);
            assertThat(OpenLoop.errors(calm)).isZero();
            assertThat(refused).allMatch(it -> it.status() == 429 || it.status() == 503);
            assertThat(provider.peak()).isLessThanOrEqualTo(PERMITS);
            assertThat(taken).isNotEmpty();
            assertThat(late).isZero();
            if (Goal.isFull()) {
                assertThat(goodput).isGreaterThanOrEqualTo(PEAK * 0.9);
                assertThat(accepted).isLessThanOrEqualTo(1.3 * usual);
                assertThat(OpenLoop.millis(refused, 0.9)).isLessThan(20);
            }
        }
    }

    private TestGateway gateway(FakeProvider provider) throws Exception {
        return TestGateway.oneModel(folder, provider.baseUrl(), PERMITS)
                .file("wrappers/w.toml", """
                        [wrappers]
                        [global]
                        request_deadline = 4
                        """)
                .start();
    }
}

package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.domain.RequestListener;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.Blackhole;
import dev.echelon.testing.FakeProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G1: of two models one is dead, in any way, from one moment to the next: no caller sees an error. */
@Tag("goal")
class OneDeadModelTest {

    private static final int RATE = 200;
    private static final Duration BLACKHOLE_IS_NOTICED = Duration.ofMillis(2500);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"500", "malformed", "refused", "blackhole"})
    void noCallerSeesAnError(String way) throws Exception {
        Duration length = Duration.ofSeconds(Goal.either(60, way.equals("blackhole") ? 4 : 2));
        try (FakeProvider a = FakeProvider.start();
                FakeProvider b = FakeProvider.start();
                Blackhole hole = new Blackhole()) {
            String url =
                    switch (way) {
                        case "refused" -> "http://127.0.0.1:" + FakeProvider.refusedPort();
                        case "blackhole" -> "http://127.0.0.1:" + hole.port();
                        default -> a.baseUrl();
                    };
            a.always(way.equals("500") ? Behaviour.status(500) : Behaviour.malformedJson());
            b.always(Behaviour.hello().after(Duration.ofMillis(20)));
            try (TestGateway gateway = TwoModels.gateway(folder, url, b.baseUrl(), 60)) {
                Attempts attempts = new Attempts();
                OpenLoop warmUp = new OpenLoop(gateway.url(), ApiClient.body("b:m"));
                warmUp.run(RATE, Duration.ofSeconds(Goal.either(5, 1)));
                double usual = OpenLoop.millis(warmUp.samples(), 0.99);
                gateway.gateway().addListener(attempts);
                OpenLoop load = new OpenLoop(gateway.url(), ApiClient.body("p"));
                load.run(RATE, length);

                List<OpenLoop.Sample> all = load.samples();
                double calls = (double) attempts.count.get() / all.size();
                double p99 = OpenLoop.millis(load.between(BLACKHOLE_IS_NOTICED, length), 0.99);
                Goal.figure(
                        "G1 %s: %d requests, %d errors, upstream calls %.3f x requests, p99 after ejection %.1f ms"
                                + " (%.1f ms without the dead model)",
                        way, all.size(), OpenLoop.errors(all), calls, p99, usual);
                assertThat(all).extracting(OpenLoop.Sample::status).containsOnly(200);
                if (Goal.isFull()) {
                    assertThat(calls).isLessThanOrEqualTo(1.2);
                    assertThat(p99 - usual).isLessThanOrEqualTo(100);
                } else if (!way.equals("blackhole")) {
                    assertThat(calls).isLessThanOrEqualTo(1.2);
                }
            }
        }
    }

    /** Counts upstream calls, those that got no connection included. */
    private static final class Attempts implements RequestListener {

        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void attempted(Attempted attempt) {
            if (attempt.entry() != null) {
                count.incrementAndGet();
            }
        }
    }
}

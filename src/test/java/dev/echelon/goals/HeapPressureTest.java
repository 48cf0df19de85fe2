package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D3: more in bodies than the heap holds: some are refused, the process lives, and all is well afterwards. */
@Tag("goal")
class HeapPressureTest {

    private static final int MEGABYTE = 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void moreBodiesThanTheHeapHoldsAreRefusedAndTheProcessLives() throws Exception {
        int bodies = Goal.either(2000, 400);
        try (FakeProvider provider = FakeProvider.start();
                GatewayProcess process = new GatewayProcess(
                        folder,
                        List.of("-Xmx256m", "-XX:+UseParallelGC"),
                        "--configs=" + OneModel.write(folder, provider.baseUrl(), 100_000))) {
            provider.always(Behaviour.hello().after(Duration.ofMillis(300)));
            String prompt = ", \"user\": \"" + "x".repeat(MEGABYTE) + "\"";
            OpenLoop flood = new OpenLoop(process.url(), ApiClient.body("g", prompt));
            flood.run(bodies, Duration.ofSeconds(1));
            OpenLoop afterwards = new OpenLoop(process.url(), ApiClient.body("g"));
            afterwards.run(20, Duration.ofSeconds(2));

            long ok = flood.samples().stream().filter(OpenLoop.Sample::ok).count();
            long refused =
                    flood.samples().stream().filter(it -> it.status() == 503).count();
            Goal.figure(
                    "D3 -Xmx256m: %d bodies of 1 MB in one second: %d answered, %d refused with 503, %d otherwise;"
                            + " afterwards %d of %d failed",
                    bodies,
                    ok,
                    refused,
                    bodies - ok - refused,
                    OpenLoop.errors(afterwards.samples()),
                    afterwards.samples().size());
            assertThat(process.isAlive()).as(process.log()).isTrue();
            assertThat(process.log()).doesNotContain("OutOfMemory");
            assertThat(ok).isPositive();
            assertThat(ok + refused).isEqualTo(bodies);
            assertThat(OpenLoop.errors(afterwards.samples())).isZero();
        }
    }
}

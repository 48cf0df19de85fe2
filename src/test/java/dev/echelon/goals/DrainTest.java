package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G10: SIGTERM under load, with callers that stop coming when readiness falls, as behind a load balancer. */
@Tag("goal")
class DrainTest {

    private static final int RATE = 200;
    private static final int STREAMS = 20;

    @TempDir
    private Path folder;

    @Test
    void nothingThatWasAcceptedFails() throws Exception {
        int repeats = Goal.either(50, 1);
        long requests = 0;
        long failed = 0;
        long incomplete = 0;
        Duration slowest = Duration.ZERO;
        for (int i = 0; i < repeats; i++) {
            try (FakeProvider provider = FakeProvider.start();
                    GatewayProcess process = start(provider)) {
                provider.always(call -> (call.seen().stream()
                                ? Behaviour.stream(Goal.either(100, 70), Duration.ofMillis(100))
                                : Behaviour.hello().after(Duration.ofMillis(200)))
                        .answer(call));
                ApiClient api = new ApiClient(process.url());
                List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
                for (int n = 0; n < STREAMS; n++) {
                    streams.add(api.postAsync(ApiClient.body("g", ", \"stream\": true")));
                }
                OpenLoop load = new OpenLoop(process.url(), ApiClient.body("g"));
                Thread balancer = turnsAwayWhenNotReady(process, load);
                long[] terminated = new long[1];
                load.at(Duration.ofSeconds(Goal.either(3, 1)), () -> {
                    terminated[0] = System.nanoTime();
                    process.terminate();
                });
                load.run(RATE, Duration.ofSeconds(20));
                assertThat(process.awaitExit(Duration.ofSeconds(40))).isIn(0, 143);
                Duration took = Duration.ofNanos(System.nanoTime() - terminated[0]);
                balancer.join();

                slowest = slowest.compareTo(took) > 0 ? slowest : took;
                requests += load.samples().size() + STREAMS;
                failed += OpenLoop.errors(load.samples());
                for (CompletableFuture<HttpResponse<String>> stream : streams) {
                    incomplete += stream.get(20, TimeUnit.SECONDS).body().endsWith("data: [DONE]\n\n") ? 0 : 1;
                }
                assertThat(process.log()).doesNotContain("Exception");
            }
        }
        Goal.figure(
                "G10 drain: %d x SIGTERM at %d/s and %d streams: %d accepted, %d failed, %d streams incomplete,"
                        + " slowest exit %.1f s",
                repeats, RATE, STREAMS, requests, failed, incomplete, slowest.toMillis() / 1000.0);
        assertThat(failed).isZero();
        assertThat(incomplete).isZero();
        assertThat(slowest).isLessThanOrEqualTo(Duration.ofSeconds(40));
    }

    private static Thread turnsAwayWhenNotReady(GatewayProcess process, OpenLoop load) {
        Thread thread = new Thread(() -> {
            try {
                while (process.isReady()) {
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            } catch (Exception gone) {
                // not ready either
            }
            load.stop();
        });
        thread.start();
        return thread;
    }

    private GatewayProcess start(FakeProvider provider) throws Exception {
        TestGateway.oneModel(folder, provider.baseUrl(), 1000);
        return new GatewayProcess(folder, List.of("-Xmx256m"), "--configs=" + folder);
    }
}

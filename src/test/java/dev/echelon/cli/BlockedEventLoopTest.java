package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A blocked event loop is detected, and costs only the callers that it carries. */
class BlockedEventLoopTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path configs;

    @Test
    void itIsCountedAndTheOtherLoopsServe() throws Exception {
        try (FakeProvider provider = FakeProvider.start();
                TestGateway gateway = TestGateway.ofOneModel(configs, provider)) {
            assumeThat(gateway.runtime().loops()).isGreaterThan(1);
            MeterRegistry registry =
                    gateway.context().getRegistry().lookupByNameAndType("metricsRegistry", MeterRegistry.class);
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch stopped = new CountDownLatch(1);
            gateway.runtime().eventLoops().iterator().next().execute(() -> {
                stopped.countDown();
                blockUntil(release);
            });
            stopped.await();
            ExecutorService readers = Executors.newCachedThreadPool();
            List<RawHttp> callers = new ArrayList<>();
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 4 * gateway.runtime().loops(); i++) {
                RawHttp caller = RawHttp.to(gateway.port());
                caller.send(RawHttp.post("/v1/chat/completions", ApiClient.body("g")));
                callers.add(caller);
                answers.add(CompletableFuture.supplyAsync(() -> status(caller), readers));
            }

            Counter blocked =
                    registry.get("echelon.event_loop.blocked").tag("loop", "0").counter();
            await().atMost(PATIENCE).until(() -> blocked.count() == 1);
            await().atMost(PATIENCE)
                    .until(() ->
                            answers.stream().filter(CompletableFuture::isDone).count() >= 2);
            assertThat(answers).anyMatch(answer -> !answer.isDone());
            release.countDown();

            for (CompletableFuture<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
            assertThat(blocked.count()).isOne();
            for (RawHttp caller : callers) {
                caller.close();
            }
            readers.shutdown();
        }
    }

    private static int status(RawHttp caller) {
        try {
            return caller.answer().status();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static void blockUntil(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

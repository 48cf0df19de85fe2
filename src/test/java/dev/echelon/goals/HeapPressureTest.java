package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D3: more in bodies than the heap holds: some are refused, the process lives, and all is well afterwards. */
@Tag("goal")
class HeapPressureTest {

    private static final int MEGABYTE = 1024 * 1024;
    private static final int NO_ANSWER = -1;

    @TempDir
    private Path folder;

    @Test
    void moreBodiesThanTheHeapHoldsAreRefusedAndTheProcessLives() throws Exception {
        int bodies = Goal.either(2000, 300);
        Vertx vertx = Vertx.vertx();
        try (FakeProvider provider = start();
                GatewayProcess process = new GatewayProcess(
                        folder, List.of("-Xmx256m", "-XX:+UseParallelGC", "-XX:NewRatio=1"), "--configs=" + folder)) {
            provider.always(Behaviour.hello().after(Duration.ofMillis(300)));
            Map<Integer, Integer> statuses = flood(vertx, process.port(), bodies);
            OpenLoop afterwards = new OpenLoop(process.url(), ApiClient.body("g"));
            afterwards.run(20, Duration.ofSeconds(2));

            int ok = statuses.getOrDefault(200, 0);
            int refused = statuses.getOrDefault(503, 0);
            Goal.figure(
                    "D3 -Xmx256m: %d bodies of 1 MB at once: %d answered, %d refused with 503, %d otherwise;"
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
            assertThat(statuses).as("no answer is as bad as an error").containsOnlyKeys(200, 503);
            assertThat(OpenLoop.errors(afterwards.samples())).isZero();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private FakeProvider start() throws Exception {
        FakeProvider provider = FakeProvider.start();
        TestGateway.oneModel(folder, provider.baseUrl(), 100_000);
        return provider;
    }

    /** How many got which status. All callers send from the same buffer. */
    private static Map<Integer, Integer> flood(Vertx vertx, int port, int count) throws Exception {
        Buffer body = Buffer.buffer(ApiClient.body("g", ", \"user\": \"" + "x".repeat(MEGABYTE) + "\""));
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        CountDownLatch open = new CountDownLatch(count);
        HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(count));
        for (int i = 0; i < count; i++) {
            client.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                    .compose(request -> request.send(body.slice()))
                    .onComplete(answer -> {
                        int status = answer.succeeded() ? answer.result().statusCode() : NO_ANSWER;
                        statuses.merge(status, 1, Integer::sum);
                        open.countDown();
                    });
        }
        assertThat(open.await(3, TimeUnit.MINUTES))
                .as("%d were never answered, %s", open.getCount(), statuses)
                .isTrue();
        client.close();
        return statuses;
    }
}

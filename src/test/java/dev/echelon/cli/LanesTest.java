package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two lanes on one capacity: nobody who waits is kept out by those who do not. */
class LanesTest {

    private static final String[] BATCH = {"x-llm-priority", "batch"};

    @TempDir
    private Path folder;

    private FakeProvider provider;
    private TestGateway gateway;
    private ApiClient api;

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/busy.toml", group("busy", "up:m", 10, 100000))
                .file("task-groups/slow.toml", group("slow", "up:n", 1000, 10))
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
    }

    private static String group(String name, String model, int concurrency, int rpm) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = ["%s"]
                concurrency_limit = %d
                rpm_limit = %d
                priority = 1
                max_retries = 0
                """.formatted(name, model, concurrency, rpm);
    }

    @Test
    void batchLeavesAFifthOfTheConcurrencyFree() throws Exception {
        provider.always(Behaviour.hello().after(Duration.ofSeconds(3)));
        List<CompletableFuture<HttpResponse<String>>> batch = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            batch.add(api.postAsync(ApiClient.body("busy", ", \"n\": 1"), BATCH));
        }
        provider.await(7, Duration.ofSeconds(5));
        List<CompletableFuture<HttpResponse<String>>> interactive =
                List.of(api.postAsync(ApiClient.body("busy")), api.postAsync(ApiClient.body("busy")));
        provider.await(9, Duration.ofSeconds(2));

        for (CompletableFuture<HttpResponse<String>> answer : interactive) {
            assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        int ok = 0;
        for (CompletableFuture<HttpResponse<String>> answer : batch) {
            ok += answer.get(10, TimeUnit.SECONDS).statusCode() == 200 ? 1 : 0;
        }
        assertThat(ok).isEqualTo(8);
    }

    @Test
    void batchLeavesAFifthOfTheMinute() throws Exception {
        int ok = 0;
        for (int i = 0; i < 10; i++) {
            ok += api.post(ApiClient.body("slow"), "x-llm-priority", "batch", "x-request-timeout-ms", "700")
                                    .statusCode()
                            == 200
                    ? 1
                    : 0;
        }
        assertThat(ok).isEqualTo(8);
        assertThat(api.chat("slow").statusCode()).isEqualTo(200);
        assertThat(api.chat("slow").statusCode()).isEqualTo(200);
    }

    @Test
    void anotherWordIsTheCallersMistake() throws Exception {
        HttpResponse<String> answer = api.chat("busy", "x-llm-priority", "urgent");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("x-llm-priority");
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of two upstreams is dead; the caller does not notice. */
class FailoverTest {

    @TempDir
    private Path configs;

    @ParameterizedTest
    @ValueSource(strings = {"p", "g", "g.e1"})
    void aThousandRequestsSucceedWhileOneOfTwoUpstreamsRefusesConnections(String target) throws Exception {
        try (FakeProvider alive = FakeProvider.start();
                TestGateway gateway = TestGateway.in(configs)
                        .provider("alive", "openai", alive.baseUrl())
                        .provider("dead", "openai", "http://127.0.0.1:" + FakeProvider.refusedPort() + "/v1")
                        .file("task-groups/g.toml", GROUP)
                        .file("pools/p.toml", POOL)
                        .start()) {
            alive.always(Behaviour.text("fine"));
            HttpClient client = HttpClient.newHttpClient();
            List<Integer> statuses = new ArrayList<>();
            for (int batch = 0; batch < 20; batch++) {
                List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    answers.add(client.sendAsync(chat(gateway.url(), target), HttpResponse.BodyHandlers.ofString()));
                }
                for (CompletableFuture<HttpResponse<String>> answer : answers) {
                    statuses.add(answer.get().statusCode());
                }
            }
            assertThat(statuses).hasSize(1000).containsOnly(200);
        }
    }

    private static HttpRequest chat(URI gateway, String target) {
        return HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"model": "%s", "messages": [{"role": "user", "content": "hello"}]}
                        """.formatted(target)))
                .build();
    }

    private static final String GROUP = """
            [task_group]
            name = "g"
            [task_group.echelons.e1]
            models = ["dead:a", "alive:b"]
            concurrency_limit = 1000
            rpm_limit = 100000
            priority = 1
            """;

    private static final String POOL = """
            [pool]
            name = "p"
            task_groups = ["g"]
            [pool.rate_limiting]
            enabled = false
            """;
}

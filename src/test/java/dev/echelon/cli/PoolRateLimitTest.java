package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool's rate limit counts requests. */
class PoolRateLimitTest {

    @TempDir
    private Path configs;

    @Test
    void aRequestThatComesBackToAFallbackPoolIsChargedOnce() throws Exception {
        try (FakeProvider upstream = FakeProvider.start();
                TestGateway gateway = gateway(upstream)) {
            upstream.alwaysFor("x", Behaviour.status(429).header("retry-after", "2"));
            upstream.scriptFor("y", Behaviour.status(429).header("retry-after", "2"), Behaviour.text("fine"));

            HttpResponse<String> answer = chat(gateway.url(), "a");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(upstream.requests("y")).hasSize(2);
        }
    }

    @Test
    void theRequestBeyondTheLimitIsRefusedWithATimeToComeBack() throws Exception {
        try (FakeProvider upstream = FakeProvider.start();
                TestGateway gateway = gateway(upstream)) {
            assertThat(chat(gateway.url(), "b").statusCode()).isEqualTo(200);

            HttpResponse<String> refused = chat(gateway.url(), "b");

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0))
                    .isGreaterThan(1);
            assertThat(upstream.count()).isEqualTo(1);
        }
    }

    private TestGateway gateway(FakeProvider upstream) throws Exception {
        return TestGateway.in(configs)
                .provider("up", "openai", upstream.baseUrl() + "/v1")
                .file("task-groups/ga.toml", group("ga", "x"))
                .file("task-groups/gb.toml", group("gb", "y"))
                .file("pools/a.toml", """
                        [pool]
                        name = "a"
                        task_groups = ["ga"]
                        [pool.fallback]
                        strategy = "pool_fallback"
                        fallback_pools = ["b"]
                        """)
                .file("pools/b.toml", """
                        [pool]
                        name = "b"
                        task_groups = ["gb"]
                        [pool.rate_limiting]
                        algorithm = "token_bucket"
                        token_bucket = { bucket_size = 1, refill_rate = 0.01 }
                        """)
                .start();
    }

    private static String group(String name, String model) {
        return """
                [task_group]
                name = "%s"
                [task_group.echelons.e1]
                models = ["up:%s"]
                concurrency_limit = 10
                rpm_limit = 100
                priority = 1
                """.formatted(name, model);
    }

    private static HttpResponse<String> chat(URI gateway, String target) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString("""
                                {"model": "%s", "messages": [{"role": "user", "content": "hello"}]}
                                """.formatted(target)))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}

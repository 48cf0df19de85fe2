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

/** Models that no file names, where {@code allow_direct} lets callers ask for them. */
class AllowDirectTest {

    @TempDir
    private Path configs;

    @Test
    void aModelThatDoesNotExistLeavesTheOthersOfItsProviderAlone() throws Exception {
        try (FakeProvider upstream = FakeProvider.start();
                TestGateway gateway = TestGateway.in(configs)
                        .provider("up", "openai", upstream.baseUrl() + "/v1")
                        .file("wrappers/w.toml", "[global]\nallow_direct = true\n")
                        .file("task-groups/g.toml", """
                                [task_group]
                                name = "g"
                                [task_group.echelons.e1]
                                models = ["up:listed"]
                                concurrency_limit = 10
                                rpm_limit = 1000
                                priority = 1
                                """)
                        .start()) {
            upstream.alwaysFor("typo", Behaviour.status(404));

            assertThat(chat(gateway.url(), "up:typo")).isEqualTo(502);
            assertThat(chat(gateway.url(), "up:other")).isEqualTo(200);
            assertThat(chat(gateway.url(), "up:listed")).isEqualTo(200);
            assertThat(chat(gateway.url(), "up:typo")).isEqualTo(503);
            assertThat(upstream.requests("typo")).hasSize(1);
        }
    }

    private static int chat(URI gateway, String target) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString("""
                                {"model": "%s", "messages": [{"role": "user", "content": "hello"}]}
                                """.formatted(target)))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ready is who can answer anything; alive is whose event loops get on. */
class HealthTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path configs;

    private final FakeProvider provider = FakeProvider.start();
    private TestGateway gateway;
    private ApiClient api;
    private ApiClient management;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/one.toml", group("one", 100))
                .file("task-groups/two.toml", group("two", 1))
                .file("pools/p.toml", """
                        [pool]
                        name = "p"
                        task_groups = ["one", "two"]
                        """)
                .start();
        api = new ApiClient(gateway.url());
        management = new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
    }

    @Test
    void aDeadGroupIsNamedAndDoesNotTakeTheProcessOutOfRotation() throws Exception {
        provider.alwaysFor("one", Behaviour.status(401));
        assertThat(api.chat("one").statusCode()).isEqualTo(502);

        HttpResponse<String> ready = management.get("/observe/health/ready?data=true");
        JsonNode check = check(ready, "gateway");

        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(check.path("message").asText()).isEqualTo("one: 0 of 1 ready, 1 quarantine; two: 1 of 1 ready");
        assertThat(check.path("data").path("group.one").asText()).isEqualTo("0 of 1 ready, 1 quarantine");
        assertThat(check.path("data").path("group.two").asText()).isEqualTo("1 of 1 ready");
        assertThat(check.path("data").path("pool.p").asText()).isEqualTo("1 of 2 ready, 1 quarantine");
    }

    @Test
    void whenNobodyCanAnswerItIsNotReadyButAlive() throws Exception {
        provider.always(Behaviour.status(401));
        assertThat(api.chat("one").statusCode()).isEqualTo(502);
        assertThat(api.chat("two").statusCode()).isEqualTo(502);

        HttpResponse<String> ready = management.get("/observe/health/ready");
        HttpResponse<String> live = management.get("/observe/health/live");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(check(ready, "gateway").path("message").asText())
                .isEqualTo(
                        "no instance may be asked: one: 0 of 1 ready, 1 quarantine; two: 0 of 1 ready, 1 quarantine");
        assertThat(live.statusCode()).isEqualTo(200);
        assertThat(check(live, "event-loops").path("status").asText()).isEqualTo("UP");
    }

    @Test
    void whoIsOnlyBusyIsReady() throws Exception {
        provider.alwaysFor("one", Behaviour.status(401));
        provider.alwaysFor("two", Behaviour.silence());
        assertThat(api.chat("one").statusCode()).isEqualTo(502);
        try (RawHttp caller = RawHttp.to(gateway.port())) {
            caller.send(RawHttp.post("/v1/chat/completions", ApiClient.body("two")));
            await().atMost(SOON).until(() -> provider.requests("two").size() == 1);

            HttpResponse<String> ready = management.get("/observe/health/ready");

            assertThat(check(ready, "gateway").path("message").asText()).endsWith("two: 0 of 1 ready, 1 concurrency");
            assertThat(ready.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoDrainsIsNotReadyButAliveAndServes() throws Exception {
        gateway.gateway().drain();

        HttpResponse<String> ready = management.get("/observe/health/ready");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(check(ready, "gateway").path("message").asText()).isEqualTo("draining");
        assertThat(management.get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(api.chat("one").statusCode()).isEqualTo(200);
    }

    @Test
    void generatedRoutesAreNoChecksOfTheirOwn() throws Exception {
        assertThat(management.get("/observe/health?data=true").body())
                .contains("route:http-chat")
                .doesNotContain("llm/1/");
    }

    private static JsonNode check(HttpResponse<String> health, String name) {
        for (JsonNode check : ApiClient.json(health).path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check " + name + " in " + health.body());
    }

    private static String group(String name, int concurrency) {
        return """
                [task_group]
                name = "%1$s"
                [task_group.echelons.e1]
                models = ["up:%1$s"]
                concurrency_limit = %2$d
                rpm_limit = 1000
                priority = 1
                """.formatted(name, concurrency);
    }
}

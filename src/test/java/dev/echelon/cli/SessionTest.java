package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of one session go to one instance while that is well. */
class SessionTest {

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.circuit_breaker]
                        failure_threshold = 1000
                        [task_group.echelons.e1]
                        models = ["up:a", "up:b", "up:c", "up:d"]
                        concurrency_limit = 100
                        rpm_limit = 100000
                        priority = 1
                        max_retries = 0
                        """)
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void reset() {
        provider.reset();
    }

    private static String owner(String more, String... headers) throws Exception {
        HttpResponse<String> answer = api.post(ApiClient.body("g", more), headers);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("x-llm-instance").orElseThrow();
    }

    @Test
    void theHeaderKeepsASessionWhereItIsAndSessionsSpread() throws Exception {
        Set<String> owners = new HashSet<>();
        for (int session = 0; session < 20; session++) {
            String owner = owner("", "x-llm-session", "user-" + session);
            for (int i = 0; i < 3; i++) {
                assertThat(owner("", "x-llm-session", "user-" + session)).isEqualTo(owner);
            }
            owners.add(owner);
        }
        assertThat(owners).hasSize(4);
    }

    @Test
    void thePromptCacheKeyDoesTheSameAndTheHeaderGoesBefore() throws Exception {
        String key = ", \"prompt_cache_key\": \"user-7\"";

        assertThat(owner(key)).isEqualTo(owner("", "x-llm-session", "user-7"));
        assertThat(owner(key, "x-llm-session", "user-8")).isEqualTo(owner("", "x-llm-session", "user-8"));
        assertThat(provider.requests().get(0).json().path("prompt_cache_key").asText())
                .as("the provider gets it too")
                .isEqualTo("user-7");
    }

    @Test
    void aSessionWhoseInstanceFailsIsAnsweredElsewhereAndComesBack() throws Exception {
        String home = owner("", "x-llm-session", "s");
        String model = home.substring(home.indexOf(':') + 1);
        provider.alwaysFor(model, Behaviour.status(500));
        String refuge = owner("", "x-llm-session", "s");

        assertThat(refuge).isNotEqualTo(home);
        assertThat(owner("", "x-llm-session", "s")).isEqualTo(refuge);
        provider.reset();
        assertThat(owner("", "x-llm-session", "s")).isEqualTo(home);
    }

    @Test
    void withoutASessionEachHasItsTurn() throws Exception {
        Set<String> owners = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            owners.add(owner(""));
        }
        assertThat(owners).hasSize(4);
    }

    @Test
    void aSessionNameThatIsTooLongIsTheCallersMistake() throws Exception {
        HttpResponse<String> answer = api.chat("g", "x-llm-session", "x".repeat(513));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("x-llm-session");
    }
}

package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.simulator.Simulator;
import dev.echelon.cli.simulator.SimulatorOptions;
import dev.echelon.testing.JavaClient;
import dev.echelon.testing.NodeClient;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official OpenAI clients, unchanged, against the gateway: model list, chat, stream, tool round trip, in front of an
 * upstream of each dialect.
 */
class OfficialClientsTest {

    private static final Duration SPREAD = Duration.ofMillis(40);

    private static Vertx vertx;
    private static TestGateway gateway;
    private static String baseUrl;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        vertx = Vertx.vertx();
        SimulatorOptions paced = new SimulatorOptions(Duration.ofMillis(5), Duration.ofMillis(20), 0, 1);
        String simulator = "http://127.0.0.1:" + new Simulator(vertx, 0, paced).start();
        gateway = TestGateway.in(configs)
                .provider("openai", "openai", simulator + "/openai/v1")
                .provider("anthropic", "anthropic", simulator + "/anthropic")
                .file("task-groups/fast_group.toml", GROUP)
                .file("pools/fast_pool.toml", POOL)
                .start();
        baseUrl = gateway.url() + "/v1";
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void theOneForNodeIsContentWithBothDialectsBehindTheGateway() throws Exception {
        NodeClient.Outcome outcome = NodeClient.installed()
                .check(
                        baseUrl,
                        List.of("openai:gpt-4o", "anthropic:claude-3-5-sonnet", "fast_pool"),
                        Map.of(
                                "LISTED", "fast_pool,fast_group,openai:gpt-4o,anthropic:claude-3-5-sonnet",
                                "MIN_SPREAD_MS", String.valueOf(SPREAD.toMillis()),
                                "IDEMPOTENT", "1",
                                "EXPECT_404", "1"),
                        Duration.ofSeconds(40));

        assertThat(outcome.output())
                .doesNotContain("FAIL")
                .contains("ok   openai:gpt-4o runTools, streamed")
                .contains("ok   openai:gpt-4o chat with an idempotency key")
                .contains("ok   anthropic:claude-3-5-sonnet runTools, streamed")
                .contains("ok   fast_pool runTools, streamed")
                .contains("ok   unknown model: model_not_found");
        assertThat(outcome.ok()).as(outcome.output()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai:gpt-4o", "anthropic:claude-3-5-sonnet", "fast_group"})
    void theOneForJavaIsContent(String target) {
        try (JavaClient client = new JavaClient(baseUrl, target)) {
            client.checkAll(SPREAD);
            client.unknownModel();

            assertThat(client.models()).contains("fast_pool", "fast_group", "openai:gpt-4o");
        }
    }

    private static final String GROUP = """
            [task_group]
            name = "fast_group"
            [task_group.echelons.echelon1]
            models = ["openai:gpt-4o", "anthropic:claude-3-5-sonnet"]
            concurrency_limit = 100
            rpm_limit = 100000
            priority = 1
            """;

    private static final String POOL = """
            [pool]
            name = "fast_pool"
            task_groups = ["fast_group"]
            """;
}

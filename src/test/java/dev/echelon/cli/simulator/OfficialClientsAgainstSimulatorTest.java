package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.JavaClient;
import dev.echelon.testing.NodeClient;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OfficialClientsAgainstSimulatorTest {

    /** A tenth of what a stream takes here, so that a busy machine may stall the client for the other nine. */
    private static final Duration SPREAD = Duration.ofMillis(50);

    private static Vertx vertx;
    private static String baseUrl;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        SimulatorOptions paced = new SimulatorOptions(Duration.ofMillis(5), Duration.ofMillis(50), 0, 1);
        baseUrl = "http://127.0.0.1:" + new Simulator(vertx, 0, paced).start() + "/openai/v1";
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void theOneForNodeIsContent() throws Exception {
        NodeClient.Outcome outcome = NodeClient.installed()
                .check(
                        baseUrl,
                        List.of("gpt-4o", "some/other:model"),
                        Map.of("LISTED", "gpt-4o", "MIN_SPREAD_MS", String.valueOf(SPREAD.toMillis())),
                        Duration.ofMinutes(1));

        assertThat(outcome.output()).doesNotContain("FAIL").contains("ok   some/other:model runTools, streamed");
        assertThat(outcome.ok()).as(outcome.output()).isTrue();
    }

    @Test
    void theOneForNodeEndsWithTheFirstCheckThatFails() throws Exception {
        try (FakeProvider provider = FakeProvider.start()) {
            provider.always(Behaviour.status(500));

            NodeClient.Outcome outcome = NodeClient.installed().check(provider.baseUrl() + "/v1", List.of("gpt-4o"));

            assertThat(outcome.exit()).isOne();
            assertThat(outcome.output()).contains("ok   models.list").contains("FAIL gpt-4o chat");
            assertThat(provider.count()).isOne();
        }
    }

    @Test
    void theOneForNodeKnowsAnUnknownModel() throws Exception {
        try (FakeProvider provider = FakeProvider.start()) {
            provider.alwaysFor("no-such-model-anywhere", Behaviour.status(404).code("model_not_found"));

            NodeClient.Outcome outcome = NodeClient.installed().checkUnknownModel(provider.baseUrl() + "/v1");

            assertThat(outcome.output()).contains("ok   unknown model: model_not_found");
            assertThat(outcome.ok()).as(outcome.output()).isTrue();
        }
    }

    @Test
    void theOneForJavaIsContent() {
        try (JavaClient client = new JavaClient(baseUrl, "gpt-4o")) {
            client.checkAll(SPREAD);

            assertThat(client.models()).contains("gpt-4o");
            assertThat(client.chat()).startsWith("[simulated gpt-4o] ");
            assertThat(client.stream(SPREAD)).isEqualTo(client.chat());
        }
    }

    @Test
    void theOneForJavaKnowsAnUnknownModel() {
        try (FakeProvider provider = FakeProvider.start();
                JavaClient client = new JavaClient(provider.baseUrl() + "/v1", "gpt-4o")) {
            provider.alwaysFor("no-such-model-anywhere", Behaviour.status(404).code("model_not_found"));

            client.unknownModel();
        }
    }
}

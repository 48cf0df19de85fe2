package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.RawHttp;
import dev.echelon.testing.TestKafka;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches give way first, then Kafka, then new requests; and all of it comes back. */
class ShortMemoryTest {

    private static final Duration PATIENT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final FakeProvider provider = FakeProvider.start();
    private TestKafka kafka;
    private TestGateway gateway;
    private ApiClient api;

    @BeforeEach
    void start() throws Exception {
        kafka = TestKafka.start(folder.resolve("broker"));
        kafka.topics(1, "prompts", "answers", "dlq");
        gateway = TestGateway.oneModel(folder, provider.baseUrl(), 100)
                .kafka(kafka.address(), Map.of("prompts", "prompts", "answers", "answers", "dlq", "dlq"))
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
        kafka.close();
    }

    private void collected(double use) {
        gateway.collected(use);
    }

    private HttpResponse<String> ask(int seed, String... headers) throws Exception {
        return api.post(ApiClient.body("g", ",\"seed\":" + seed), headers);
    }

    private static String cache(HttpResponse<String> answer) {
        return answer.headers().firstValue("x-llm-cache").orElse("");
    }

    private void send(String content) throws Exception {
        kafka.send(
                "prompts",
                null,
                "{\"model\":\"g\",\"seed\":1,\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}");
    }

    private double pressure(String state) throws Exception {
        return Scrape.of(gateway).sum("echelon_memory_pressure", "state=\"" + state + "\"");
    }

    @Test
    void shortMemoryShedsCachesThenKafkaThenNewRequestsAndTakesAllOfItUpAgain() throws Exception {
        for (int i = 0; i < 40; i++) {
            ask(i, "Idempotency-Key", "k" + i);
        }
        send("first");
        assertThat(kafka.read("answers", 1, PATIENT)).hasSize(1);
        assertThat(gateway.gateway().responses().count()).isEqualTo(41);
        assertThat(gateway.gateway().idempotency().kept()).isEqualTo(40);

        // what they hold is far below their bounds: only the last of these collections takes it
        for (int i = 0; i < 5; i++) {
            collected(0.86);
        }
        assertThat(gateway.gateway().responses().count()).isZero();
        assertThat(gateway.gateway().idempotency().kept()).isZero();
        assertThat(List.of(pressure("caches"), pressure("kafka"), pressure("requests")))
                .containsExactly(1.0, 0.0, 0.0);
        assertThat(cache(ask(1))).isEqualTo("miss");
        assertThat(cache(ask(1))).as("nothing is kept").isEqualTo("miss");
        send("second");
        assertThat(kafka.read("answers", 2, PATIENT)).hasSize(2);

        collected(0.91);
        await().atMost(PATIENT).until(() -> health().contains("paused"));
        send("third");
        assertThat(kafka.read("answers", 3, Duration.ofSeconds(1))).hasSize(2);
        assertThat(List.of(pressure("kafka"), pressure("requests"))).containsExactly(1.0, 0.0);
        assertThat(ask(2).statusCode()).isEqualTo(200);

        provider.always(Behaviour.silence());
        List<RawHttp> running = run(8);
        collected(0.96);
        assertThat(ask(3).statusCode()).isEqualTo(503);
        assertThat(pressure("requests")).isOne();
        for (RawHttp connection : running) {
            connection.reset();
        }

        collected(0.5);
        provider.always(Behaviour.hello());
        await().atMost(PATIENT).until(() -> gateway.gateway().inFlight() == 0);
        assertThat(kafka.read("answers", 3, PATIENT)).hasSize(3);
        assertThat(cache(ask(4))).isEqualTo("miss");
        assertThat(cache(ask(4))).isEqualTo("hit");
        assertThat(List.of(pressure("caches"), pressure("kafka"), pressure("requests")))
                .containsExactly(0.0, 0.0, 0.0);
        assertThat(Scrape.of(gateway).sum("echelon_memory_collected")).isEqualTo(0.5);
        for (String memory : List.of("heap", "direct")) {
            assertThat(Scrape.of(gateway).sum("echelon_memory_used_bytes", "memory=\"" + memory + "\""))
                    .isPositive();
        }
    }

    private List<RawHttp> run(int count) throws IOException, InterruptedException {
        List<RawHttp> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            running.add(RawHttp.to(gateway.port()).send(RawHttp.post("/v1/chat/completions", ApiClient.body("g"))));
        }
        long end = System.nanoTime() + PATIENT.toNanos();
        while (gateway.gateway().inFlight() < count && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return running;
    }

    private String health() throws Exception {
        return new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()))
                .get("/observe/health")
                .body();
    }

    @Test
    void aPromptFromKafkaThatIsAskedAgainIsAnsweredFromTheCache() throws Exception {
        provider.always(Behaviour.text("blue"));
        send("why");
        kafka.read("answers", 1, PATIENT);
        send("why");
        kafka.send(
                "prompts",
                null,
                "{\"model\":\"g\",\"seed\":1,\"messages\":[{\"role\":\"user\",\"content\":\"why\"}]}",
                "cache-control",
                "no-store");
        List<ConsumerRecord<byte[], byte[]>> answers = kafka.read("answers", 3, PATIENT);

        assertThat(answers)
                .extracting(it -> header(it, "x-llm-cache"))
                .containsExactlyInAnyOrder("miss", "hit", "bypass");
        assertThat(answers).allSatisfy(it -> assertThat(text(it.value())).contains("blue"));
        assertThat(provider.count()).isEqualTo(2);
    }
}

package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.ingress.http.EdgeSettings;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import dev.echelon.testing.TestKafka;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Prompts from Kafka, through a real broker and the whole gateway. */
class KafkaTest extends KafkaCases {

    @Test
    void aPlainTextIsAPromptWhereAHeaderNamesTheTarget() throws Exception {
        try (TestGateway gateway = gateway()) {
            kafka.send(prompts, null, "Why is the sky blue?", "llm-target", "g", "x-request-id", "mine-1");
            ConsumerRecord<byte[], byte[]> answer =
                    kafka.read(answers, 1, PATIENT).get(0);

            assertThat(text(answer.value())).contains("hello from m");
            assertThat(header(answer, "x-llm-request-id")).isEqualTo("mine-1");
            assertThat(provider.last().bodyText()).contains("Why is the sky blue?");
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void aCloudEventIsAnsweredByOne() throws Exception {
        try (TestGateway gateway = gateway()) {
            kafka.send(
                    prompts,
                    null,
                    prompt("binary"),
                    "ce_specversion",
                    "1.0",
                    "ce_id",
                    "event-1",
                    "ce_source",
                    "/test",
                    "ce_type",
                    "ask",
                    "content-type",
                    "application/json");
            kafka.send(
                    prompts,
                    null,
                    "{\"specversion\":\"1.0\",\"id\":\"event-2\",\"source\":\"/test\",\"type\":\"ask\",\"data\":"
                            + prompt("structured") + "}",
                    "content-type",
                    "application/cloudevents+json; charset=utf-8");
            List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 2, PATIENT);

            assertThat(all)
                    .extracting(it -> header(it, "ce_correlationid"))
                    .containsExactlyInAnyOrder("event-1", "event-2");
            assertThat(all).allSatisfy(it -> {
                assertThat(header(it, "ce_specversion")).isEqualTo("1.0");
                assertThat(header(it, "ce_id")).isNotEmpty().doesNotContain("event");
                assertThat(header(it, "x-llm-request-id")).isEqualTo(header(it, "ce_correlationid"));
            });
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void headersThatAreForgedGoNowhere() throws Exception {
        try (TestGateway gateway = gateway()) {
            kafka.send(
                    prompts,
                    "k",
                    prompt("?"),
                    "Authorization",
                    "Bearer canary",
                    "CamelLlmTarget",
                    "canary",
                    "CamelHttpUri",
                    "http://canary",
                    "kafka.OVERRIDE_TOPIC",
                    "canary",
                    "KAFKA.override_topic",
                    "canary",
                    "x-canary",
                    "canary");
            kafka.send(
                    prompts, "k", "not JSON", "Authorization", "Bearer canary", "kafka.KEY", "canary", "mine", "kept");
            ConsumerRecord<byte[], byte[]> answer =
                    kafka.read(answers, 1, PATIENT).get(0);
            ConsumerRecord<byte[], byte[]> dead = kafka.read(dlq, 1, PATIENT).get(0);
            Seen seen = provider.last();

            assertThat(seen.headerNames())
                    .allSatisfy(it -> assertThat(seen.header(it)).doesNotContain("canary"));
            answer.headers().forEach(it -> assertThat(text(it.value())).doesNotContain("canary"));
            dead.headers().forEach(it -> assertThat(text(it.value())).doesNotContain("canary"));
            assertThat(header(dead, "mine")).isEqualTo("kept");
            assertThat(text(dead.key())).isEqualTo("k");
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void anOutageIsWaitedForAndMakesNoDeadLetters() throws Exception {
        provider.always(Behaviour.status(500));
        try (TestGateway gateway = gateway("max-in-flight", "16")) {
            for (int i = 0; i < 60; i++) {
                kafka.sendLater(TestKafka.record(prompts, "key-" + i, prompt("p" + i)));
            }
            kafka.flush();
            provider.await(2, PATIENT);
            await().during(Duration.ofSeconds(2))
                    .atMost(PATIENT)
                    .until(() -> gateway.gateway().inFlight() <= 16);
            int during = provider.count();
            provider.always(Behaviour.hello());
            List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 60, Duration.ofSeconds(40));

            assertThat(during).isLessThan(60);
            assertThat(all.stream().map(it -> text(it.key())).distinct()).hasSize(60);
            assertThat(all).hasSize(60);
            assertThat(kafka.read(dlq, 1, Duration.ofMillis(500))).isEmpty();
        }
    }

    @Test
    void promptsForATargetThatIsDownDoNotHoldUpThoseForOthers() throws Exception {
        provider.alwaysFor("m", Behaviour.status(500));
        try (TestGateway gateway = gateway("max-in-flight", "16")) {
            for (int i = 0; i < 60; i++) {
                kafka.sendLater(TestKafka.record(prompts, "down-" + i, prompt("p" + i)));
                if (i % 3 == 0) {
                    kafka.sendLater(
                            TestKafka.record(prompts, "up-" + i, prompt("q" + i).replace("\"g\"", "\"h\"")));
                }
            }
            kafka.flush();
            List<ConsumerRecord<byte[], byte[]>> others = kafka.read(answers, 20, PATIENT);
            assertThat(others).hasSize(20).allSatisfy(it -> assertThat(text(it.key()))
                    .startsWith("up-"));

            provider.alwaysFor("m", Behaviour.hello());
            List<ConsumerRecord<byte[], byte[]>> all = kafka.read(answers, 80, Duration.ofSeconds(40));
            assertThat(all.stream().map(it -> text(it.key())).distinct()).hasSize(80);
            assertThat(kafka.read(dlq, 1, Duration.ofMillis(500))).isEmpty();
            assertThat(provider.peak()).isLessThanOrEqualTo(16);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void metricsGoOnAcrossARestartOfTheRouteAndTellWhatWaits() throws Exception {
        String topic = "topic=\"" + prompts + "\"";
        try (TestGateway gateway = gateway("drain-seconds", "1")) {
            kafka.send(prompts, "k", prompt("first"));
            await().atMost(PATIENT)
                    .until(() -> Scrape.of(gateway).sum("echelon_kafka_prompts_total", topic, ANSWERED) == 1);

            gateway.context().getRouteController().stopRoute("kafka-prompts");
            await().atMost(PATIENT).until(() -> Scrape.of(gateway).sum("echelon_kafka_partitions", topic) == 0);
            System.gc();
            provider.always(Behaviour.status(500));
            kafka.send(prompts, "k", prompt("second"));
            gateway.context().getRouteController().startRoute("kafka-prompts");

            await().atMost(PATIENT).untilAsserted(() -> {
                Scrape during = Scrape.of(gateway);
                assertThat(during.sum("echelon_kafka_partitions", topic)).isEqualTo(2);
                assertThat(during.sum("echelon_kafka_waiting", topic)).isOne();
                assertThat(during.sum("echelon_kafka_in_flight", topic)).isZero();
                assertThat(during.sum("echelon_kafka_partitions_paused", topic)).isEqualTo(2);
            });
            provider.always(Behaviour.hello());
            await().atMost(PATIENT).untilAsserted(() -> {
                Scrape after = Scrape.of(gateway);
                assertThat(after.sum("echelon_kafka_prompts_total", topic)).isEqualTo(2);
                assertThat(after.sum("echelon_kafka_waiting", topic)).isZero();
                assertThat(after.sum("echelon_kafka_partitions_paused", topic)).isZero();
            });
        }
    }

    @Test
    void aSimulatedAnswerSaysSoWholeAndInPieces() throws Exception {
        provider.always(Behaviour.text("one two three"));
        TestGateway.ConfigFiles simulated = files("streaming", "true")
                .edge(edge -> new EdgeSettings(
                        edge.host(),
                        edge.port(),
                        edge.loops(),
                        edge.maxBodyBytes(),
                        edge.maxHeldBytes(),
                        edge.keepAlive(),
                        edge.stuckReader(),
                        true));
        try (TestGateway gateway = simulated.start()) {
            kafka.send(prompts, "k", prompt("whole"));
            kafka.send(prompts, "k", prompt("pieces").replace("{\"model\"", "{\"stream\":true,\"model\""));
            List<ConsumerRecord<byte[], byte[]>> all = kafka.readUntil(
                    answers,
                    it -> it.stream().anyMatch(one -> text(one.value()).contains("\"chat.completion\""))
                            && it.stream()
                                    .anyMatch(one -> header(one, "x-llm-end").equals("true")),
                    PATIENT);

            assertThat(all).hasSizeGreaterThan(3).allSatisfy(it -> assertThat(header(it, "x-llm-simulated"))
                    .isEqualTo("true"));
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void anAnswerCanComeInPieces() throws Exception {
        provider.always(Behaviour.text("one two three"));
        try (TestGateway gateway = gateway("streaming", "true")) {
            kafka.send(prompts, null, prompt("count").replace("{\"model\"", "{\"stream\":true,\"model\""));
            List<ConsumerRecord<byte[], byte[]>> all = kafka.readUntil(
                    answers,
                    it -> it.stream().anyMatch(one -> header(one, "x-llm-end").equals("true")),
                    PATIENT);

            assertThat(all).hasSizeGreaterThan(3);
            assertThat(all)
                    .extracting(ConsumerRecord::partition)
                    .containsOnly(all.get(0).partition());
            for (int i = 0; i < all.size(); i++) {
                assertThat(header(all.get(i), "x-llm-sequence")).isEqualTo(Integer.toString(i));
            }
            assertThat(text(all.get(all.size() - 1).value())).isEqualTo("[DONE]");
            assertThat(all.stream().map(it -> text(it.value())).reduce("", String::concat))
                    .contains("chat.completion.chunk", "three");
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void aPromptThatComesToItsTurnTooLateIsADeadLetter() throws Exception {
        ProducerRecord<byte[], byte[]> late = new ProducerRecord<>(
                prompts,
                0,
                System.currentTimeMillis() - 60_000,
                "k".getBytes(StandardCharsets.UTF_8),
                prompt("late").getBytes(StandardCharsets.UTF_8));
        late.headers().add("x-request-timeout-ms", "30000".getBytes(StandardCharsets.UTF_8));
        try (TestGateway gateway = gateway()) {
            kafka.send(late);

            assertThat(header(kafka.read(dlq, 1, PATIENT).get(0), "x-llm-error-code"))
                    .isEqualTo("deadline_exceeded");
            assertThat(provider.count()).isZero();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void withoutABrokerCallersOverHttpAreServed() throws Exception {
        try (TestGateway gateway = TestGateway.in(folder)
                .provider("up", "openai", provider.baseUrl())
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = 100
                        rpm_limit = 100000
                        priority = 1
                        """)
                .kafka("127.0.0.1:" + FakeProvider.refusedPort(), Map.of())
                .start()) {
            assertThat(new ApiClient(gateway.url()).post(ApiClient.body("g")).statusCode())
                    .isEqualTo(200);
            var health = new ApiClient(URI.create("http://127.0.0.1:" + gateway.managementPort()))
                    .get("/observe/health/ready");
            assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
            assertThat(health.body()).contains("broker down");
        }
    }

    @Test
    void withoutKafkaItsRoutesAreNotThere() throws Exception {
        try (TestGateway gateway = TestGateway.ofOneModel(folder, provider)) {
            assertThat(gateway.context().getRoute("http-chat")).isNotNull();
            assertThat(gateway.context().getRoute("kafka-prompts")).isNull();
        }
    }
}

package dev.echelon.cli;

import static dev.echelon.testing.TestKafka.header;
import static dev.echelon.testing.TestKafka.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.testing.Behaviour;
import dev.echelon.testing.BrokerProcess;
import dev.echelon.testing.EndsTheProcess;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import dev.echelon.testing.Seen;
import dev.echelon.testing.TestKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Prompts from Kafka, while the broker dies or the gateway does. */
class KafkaProcessTest {

    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final String PROMPTS = "llm.prompts";
    private static final String ANSWERS = "llm.answers";
    private static final String DLQ = "llm.dlq";
    private static final int COUNT = 20;

    @TempDir
    private Path folder;

    private static String prompt(String text) {
        return "{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    @Test
    void whileAnAnswerCannotBeStoredItsPromptIsNotDoneAndNotAskedAgainEither() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("kafka"));
                TestKafka kafka = TestKafka.at(broker.address());
                FakeProvider provider = FakeProvider.start()) {
            provider.always(Behaviour.hello().after(Duration.ofMillis(500)));
            // every answer is older than that when it comes to the broker, which refuses it
            kafka.set(ANSWERS, "message.timestamp.before.max.ms", "0");
            try (TestGateway gateway = TestGateway.oneModel(folder, provider.baseUrl(), 100)
                    .kafka(broker.address(), Map.of())
                    .start()) {
                for (int i = 0; i < COUNT; i++) {
                    kafka.send(PROMPTS, "key-" + i, prompt("p" + i), "x-request-id", "p" + i);
                }
                provider.await(COUNT - 1, PATIENT);
                broker.kill();
                await().atMost(PATIENT).until(() -> provider.current() == 0);
                broker.startAgain();

                await().during(Duration.ofSeconds(2)).atMost(PATIENT).until(() -> done(kafka) == 0);
                assertThat(kafka.read(ANSWERS, 1, Duration.ofMillis(500))).isEmpty();

                kafka.set(ANSWERS, "message.timestamp.before.max.ms", "3600000");
                List<ConsumerRecord<byte[], byte[]>> all = kafka.read(ANSWERS, COUNT, PATIENT);

                assertThat(all.stream()
                                .map(it -> header(it, "x-llm-request-id"))
                                .distinct())
                        .hasSize(COUNT);
                assertThat(all).hasSize(COUNT);
                await().atMost(PATIENT).until(() -> done(kafka) == COUNT);
                assertThat(provider.count()).isEqualTo(COUNT);
                assertThat(gateway.gateway().inFlight()).isZero();
            }
        }
    }

    /** Prompts below the committed offsets; those above that are marked as finished would be in the metadata. */
    private static long done(TestKafka kafka) throws Exception {
        Map<Integer, OffsetAndMetadata> committed = kafka.committed("echelon", PROMPTS);
        assertThat(committed.values())
                .allSatisfy(it -> assertThat(it.metadata()).isEmpty());
        return committed.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
    }

    /** Where a prompt ends the process: a step of the route that is there, and whether the one of ours comes after it. */
    private enum Place {
        BEFORE_THE_MODEL("        - process:\n            ref: kafkaPrompt\n", "prompt", false),
        AFTER_THE_MODEL("              responseType: object\n", "answer", true);

        private final String step;
        private final String method;
        private final boolean after;

        Place(String step, String method, boolean after) {
            this.step = step;
            this.method = method;
            this.after = after;
        }

        String in(String route) {
            assertThat(route).containsOnlyOnce(step);
            String ours = "        - bean:\n            beanType: " + EndsTheProcess.class.getName()
                    + "\n            method: " + method + "\n";
            return route.replace(step, after ? step + ours : ours + step);
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void aPromptThatEndsTheProcessThreeTimesIsADeadLetterAndTheOthersAreAnswered(Place place) throws Exception {
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"));
                FakeProvider provider = FakeProvider.start()) {
            kafka.topics(2, PROMPTS, ANSWERS, DLQ);
            provider.always(call -> Behaviour.text(
                            call.seen().json().at("/messages/0/content").asText())
                    .after(Duration.ofMillis(200))
                    .answer(call));
            TestGateway.oneModel(folder, provider.baseUrl(), 100);
            String fatal = prompt(EndsTheProcess.WORD);
            for (int i = 0; i < COUNT; i++) {
                kafka.send(PROMPTS, "key-" + i, i == 5 ? fatal : prompt("p" + i), "x-request-id", "p" + i);
            }
            for (int death = 1; death <= 3; death++) {
                try (GatewayProcess process = gateway(kafka, place)) {
                    assertThat(process.awaitExit(PATIENT)).as(process.log()).isEqualTo(EndsTheProcess.STATUS);
                }
            }
            long asked = fatal(provider);
            try (GatewayProcess process = gateway(kafka, place)) {
                List<ConsumerRecord<byte[], byte[]>> dead = kafka.read(DLQ, 1, PATIENT);
                List<ConsumerRecord<byte[], byte[]>> answers = kafka.readUntil(
                        ANSWERS,
                        it -> it.stream()
                                        .map(one -> header(one, "x-llm-request-id"))
                                        .distinct()
                                        .count()
                                == COUNT - 1,
                        PATIENT);

                assertThat(dead).hasSize(1);
                assertThat(header(dead.get(0), "x-llm-error-code")).isEqualTo("crashes_the_process");
                assertThat(text(dead.get(0).value())).isEqualTo(fatal);
                assertThat(text(dead.get(0).key())).isEqualTo("key-5");
                assertThat(answers)
                        .extracting(it -> header(it, "x-llm-request-id"))
                        .hasSizeGreaterThanOrEqualTo(COUNT - 1)
                        .doesNotContain("p5");
                assertThat(fatal(provider)).isEqualTo(asked);
                assertThat(asked).isEqualTo(place == Place.BEFORE_THE_MODEL ? 0 : 3);
                assertThat(process.isAlive()).as(process.log()).isTrue();
            }
        }
    }

    /** How often a model was asked the one that ends the process. */
    private static long fatal(FakeProvider provider) {
        return provider.requests().stream()
                .map(Seen::bodyText)
                .filter(it -> it.contains(EndsTheProcess.WORD))
                .count();
    }

    /** With a step that a prompt can end the process by. */
    private GatewayProcess gateway(TestKafka kafka, Place place) throws Exception {
        Path routes = Files.createDirectories(folder.resolve("routes"));
        Files.writeString(
                routes.resolve("kafka.camel.yaml"), place.in(Files.readString(Path.of("routes/kafka.camel.yaml"))));
        return GatewayProcess.launch(
                folder,
                List.of(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dechelon.kafka.instance=one",
                        "-Dechelon.kafka.state=" + folder.resolve("state")),
                "--configs=" + folder,
                "--routes=" + routes,
                "--kafka",
                "--kafka-brokers=" + kafka.address());
    }
}

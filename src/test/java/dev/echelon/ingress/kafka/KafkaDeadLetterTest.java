package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a dead letter carries, the more of it the broker takes. */
class KafkaDeadLetterTest {

    private static final String LARGE = "x".repeat(1_000_000);

    private final ConsumerRecord<byte[], byte[]> record =
            new ConsumerRecord<>("t", 0, 7, "key".getBytes(StandardCharsets.UTF_8), new byte[3]);
    private Delivery delivery = new Delivery(record, PartitionTracker.fresh());

    @BeforeEach
    void record() {
        record.headers().add("own", new byte[2]).add("Authorization", new byte[9]);
        delivery = new Delivery(record, PartitionTracker.fresh());
    }

    private Exchange letter() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Delivery.PROPERTY, delivery);
        new KafkaDeadLetter(TestSettings.of(1, false, false, Path.of("state"))).process(exchange);
        return exchange;
    }

    @Test
    void itIsTheRecordWithoutSecrets() {
        Exchange letter = letter();

        assertThat(letter.getMessage().getBody()).isEqualTo(record.value());
        assertThat(letter.getMessage().getHeaders())
                .containsKeys("own", KafkaConstants.KEY)
                .doesNotContainKey("Authorization")
                .containsEntry("kafka_dlt-original-offset", "7");
        assertThat(letter.getMessage().getHeaders().keySet()).noneMatch(it -> it.endsWith("-left-out"));
    }

    @Test
    void itsAskerKnowsItAgainThoughNobodyHasReadIt() {
        assertThat(letter().getMessage().getHeaders()).containsEntry("x-llm-request-id", "t-0-7");

        record.headers().add("x-request-id", "mine".getBytes(StandardCharsets.UTF_8));
        assertThat(letter().getMessage().getHeaders()).containsEntry("x-llm-request-id", "mine");

        record.headers().add("x-request-id", new byte[] {7});
        assertThat(letter().getMessage().getHeaders()).containsEntry("x-llm-request-id", "t-0-7");
    }

    @Test
    void whatIsTooLargeIsLeftOutStepByStepAndNamedWithItsSize() {
        delivery.strip();
        Exchange letter = letter();
        assertThat(letter.getMessage().getBody()).isNull();
        assertThat(letter.getMessage().getHeaders())
                .containsKeys("own", KafkaConstants.KEY)
                .containsEntry("kafka_dlt-original-value-left-out", "3")
                .doesNotContainKeys("kafka_dlt-original-key-left-out", "kafka_dlt-original-headers-left-out");

        delivery.strip();
        letter = letter();
        assertThat(letter.getMessage().getBody()).isNull();
        assertThat(letter.getMessage().getHeaders())
                .doesNotContainKeys("own", KafkaConstants.KEY)
                .containsEntry("kafka_dlt-original-value-left-out", "3")
                .containsEntry("kafka_dlt-original-key-left-out", "3")
                .containsEntry(
                        "kafka_dlt-original-headers-left-out", Integer.toString("ownAuthorization".length() + 11))
                .containsEntry("kafka_dlt-original-topic", "t");
    }

    @Test
    void whatIsAddedIsNeverLarge() {
        delivery.failure(ModelFailure.of(FailureKind.AUTH, LARGE));
        delivery.routed(new RouteInfo(LARGE, LARGE, LARGE, 1, 1, LARGE));

        Map<String, Object> headers = letter().getMessage().getHeaders();
        assertThat(headers).containsKeys("x-llm-target", "x-llm-instance", "x-llm-trace");
        assertThat(headers.values()).allSatisfy(it -> assertThat(it.toString()).hasSizeLessThanOrEqualTo(2_000));
    }
}

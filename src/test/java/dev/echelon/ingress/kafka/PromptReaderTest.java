package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a prompt is said so that its sender can put it right. */
class PromptReaderTest {

    private static final String PROMPT = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}";

    private final PromptReader reader = new PromptReader(TestSettings.of(4, false, false, Path.of("unused")));

    private static ConsumerRecord<byte[], byte[]> record(String value) {
        return new ConsumerRecord<>("t", 0, 0, new byte[0], value.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llm-priority         | urgent  | batch or interactive",
                "x-request-timeout-ms | soon    | milliseconds above 0",
                "x-request-timeout-ms | 0       | milliseconds above 0",
                "kafka_replyPartition | 3       | in 4 bytes",
                "kafka_replyTopic     | private | echelon.kafka.reply-topics",
                "llm-target           | größe   | visible ASCII",
                "ce_specversion       | 1.0     | ce_id"
            })
    void aHeaderThatIsRefused(String name, String value, String said) {
        ConsumerRecord<byte[], byte[]> prompt = record(PROMPT);
        prompt.headers().add(name, value.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> reader.read(prompt))
                .isInstanceOf(ModelFailure.class)
                .hasMessageContaining(name)
                .hasMessageContaining(said);
    }

    @Test
    void textWithoutATarget() {
        assertThatThrownBy(() -> reader.read(record("Why is the sky blue?")))
                .isInstanceOf(ModelFailure.class)
                .hasMessageContaining("plain text needs the header llm-target");
    }
}

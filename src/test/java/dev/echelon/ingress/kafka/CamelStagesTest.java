package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Where work is handed over to Kafka's clients. */
class CamelStagesTest {

    private final List<Runnable> answers = new ArrayList<>();
    private final List<Runnable> deadLetters = new ArrayList<>();

    @Test
    void answersDoNotQueueBehindDeadLetters() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            CamelStages stages =
                    new CamelStages(context, new CamelStages.Senders(answers::add, deadLetters::add), false, null);
            Delivery delivery = new Delivery(
                    new ConsumerRecord<>("t", 0, 0, new byte[] {1}, new byte[] {1}), PartitionTracker.fresh());

            stages.deadLetter(delivery, failure -> {});
            assertThat(deadLetters).hasSize(1);
            assertThat(answers).isEmpty();

            stages.answer(delivery, failure -> {});
            assertThat(deadLetters).hasSize(1);
            assertThat(answers).hasSize(1);
        }
    }
}

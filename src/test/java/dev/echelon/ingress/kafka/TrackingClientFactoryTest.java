package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.PromptListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.camel.AsyncProducer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of consumers that could not be made, or are closed. Nobody listens where they look for a broker. */
class TrackingClientFactoryTest {

    @TempDir
    private Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final List<Runnable> work = new ArrayList<>();
    private CrashLog crashLog;
    private TrackingClientFactory factory;

    @BeforeEach
    void open() {
        crashLog = CrashLog.open(folder.resolve("log"));
        factory = new TrackingClientFactory(
                context,
                TestSettings.of(4, false, false, folder),
                new CamelStages.Senders(work::add, work::add),
                new ReplyPartitions(() -> 1),
                crashLog,
                PromptListener.NONE,
                () -> 1,
                () -> 1);
    }

    @AfterEach
    void close() {
        context.stop();
        crashLog.close();
    }

    private static Properties at(String broker) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", broker);
        properties.put("group.id", "group");
        return properties;
    }

    @Test
    void aBrokerWhoseNameIsUnknownLeavesNothingBehindWithEachTry() {
        assertThatThrownBy(() -> factory.getConsumer(at("nowhere"))).isInstanceOf(KafkaException.class);
        int services = context.hasServices(AsyncProducer.class).size();

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> factory.getConsumer(at("nowhere"))).isInstanceOf(KafkaException.class);
        }

        assertThat(services).isEqualTo(3);
        assertThat(context.hasServices(AsyncProducer.class)).hasSize(services);
        assertThat(factory.consumers()).isEmpty();
    }

    @Test
    void aClosedConsumerCountsNoMore() {
        Consumer<?, ?> first = factory.getConsumer(at("127.0.0.1:1"));
        Consumer<?, ?> second = factory.getConsumer(at("127.0.0.1:1"));
        assertThat(factory.consumers()).hasSize(2);

        first.close();
        assertThat(factory.consumers()).singleElement().isSameAs(second);
        second.close();
        assertThat(factory.consumers()).isEmpty();
        assertThat(factory.running()).isZero();
    }
}

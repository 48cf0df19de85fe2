package dev.echelon.ingress.kafka;

import dev.echelon.component.LlmComponent;
import dev.echelon.domain.Ticker;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Makes the consumers of prompts. For the one {@code kafka:} endpoint that names it: the consumers of other routes are not
 * to be ours.
 */
public final class TrackingClientFactory extends DefaultKafkaClientFactory {

    private final CamelContext context;
    private final KafkaSettings settings;
    private final Executor executor;
    private final CrashLog crashLog;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final List<TrackingConsumer> consumers = new CopyOnWriteArrayList<>();

    TrackingClientFactory(
            CamelContext context,
            KafkaSettings settings,
            Executor executor,
            CrashLog crashLog,
            Ticker ticker,
            DoubleSupplier random) {
        this.context = context;
        this.settings = settings;
        this.executor = executor;
        this.crashLog = crashLog;
        this.ticker = ticker;
        this.random = random;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Consumer getConsumer(Properties properties) {
        Properties ours = new Properties();
        ours.putAll(properties);
        ours.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        ours.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        ours.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        ours.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.pollSize());
        TrackingConsumer consumer = new TrackingConsumer(
                ours, settings, deliveries(), ticker, () -> context.getComponent("llm", LlmComponent.class)
                        .holdsBack());
        consumers.add(consumer);
        return consumer;
    }

    private Deliveries deliveries() {
        try {
            return new Deliveries(
                    new CamelStages(context, executor, settings.streaming()),
                    new RetryRules(settings.maxAge(), random),
                    crashLog,
                    ticker,
                    settings.orderByKey());
        } catch (Exception e) {
            throw new IllegalStateException("the routes of prompts from Kafka cannot be reached", e);
        }
    }

    /** Prompts that are being worked on. */
    int running() {
        return consumers.stream().mapToInt(TrackingConsumer::running).sum();
    }

    List<TrackingConsumer> consumers() {
        return consumers;
    }
}

package dev.echelon.ingress.kafka;

import dev.echelon.component.LlmComponent;
import dev.echelon.domain.PromptListener;
import dev.echelon.domain.PromptLoad;
import dev.echelon.domain.Ticker;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the consumers of prompts and, where replies are sent in transactions, their producers. For those {@code kafka:}
 * endpoints that name it: the clients of other routes are not to be ours.
 */
public final class TrackingClientFactory extends DefaultKafkaClientFactory {

    /** For so long readers wait for the end of what a dead process has begun. */
    private static final int TRANSACTION_MILLIS = 10_000;

    private final CamelContext context;
    private final KafkaSettings settings;
    private final CamelStages.Senders senders;
    private final ReplyPartitions replyPartitions;
    private final CrashLog crashLog;
    private final PromptListener listener;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final List<TrackingConsumer> consumers = new CopyOnWriteArrayList<>();
    /** How the endpoints that send replies are set up; there before any consumer. */
    private final Properties sending = new Properties();

    private final TrackingConsumer.Owner owner = new TrackingConsumer.Owner() {
        @Override
        public void reads(Collection<String> names) {
            names.stream().filter(topics::add).forEach(topic -> listener.reads(topic, () -> load(topic)));
        }

        @Override
        public void closed(TrackingConsumer consumer) {
            consumers.remove(consumer);
        }
    };

    @Nullable
    private final Outbox outbox;

    @Nullable
    private CamelStages stages;

    TrackingClientFactory(
            CamelContext context,
            KafkaSettings settings,
            CamelStages.Senders senders,
            ReplyPartitions replyPartitions,
            CrashLog crashLog,
            PromptListener listener,
            Ticker ticker,
            DoubleSupplier random) {
        this.context = context;
        this.settings = settings;
        this.senders = senders;
        this.replyPartitions = replyPartitions;
        this.crashLog = crashLog;
        this.listener = listener;
        this.ticker = ticker;
        this.random = random;
        this.outbox = settings.transactional() ? new Outbox() : null;
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
        if (outbox != null) {
            // so that the offsets of a transaction that is under way are waited for
            ours.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        }
        TrackingConsumer consumer = new TrackingConsumer(
                ours,
                settings,
                new Deliveries(
                        stages(), new RetryRules(settings.maxAge(), random), crashLog, listener, ticker, settings),
                ticker,
                () -> context.getComponent("llm", LlmComponent.class).holdsBack(),
                outbox == null ? null : transactions(ours),
                owner);
        consumers.add(consumer);
        return consumer;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Producer getProducer(Properties properties) {
        if (outbox == null) {
            return new CheckingProducer(properties, replyPartitions);
        }
        sending.putAll(properties);
        return new OutboxProducer(properties, outbox, replyPartitions);
    }

    private Supplier<Producer<Object, Object>> transactions(Properties consumer) {
        if (sending.isEmpty()) {
            throw new IllegalStateException(
                    "with echelon.kafka.transactional the endpoints that send answers and dead letters have to name the"
                            + " client factory too");
        }
        Object instance = consumer.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        Properties ours = new Properties();
        ours.putAll(sending);
        ours.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                consumer.get(ConsumerConfig.GROUP_ID_CONFIG) + "-" + (instance == null ? UUID.randomUUID() : instance));
        ours.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
        return () -> new KafkaProducer<>(ours);
    }

    /** The same for all: a consumer is made again and again while no broker can be found. */
    private synchronized CamelStages stages() {
        CamelStages known = stages;
        if (known == null) {
            try {
                known = new CamelStages(context, senders, settings.streaming(), outbox);
            } catch (Exception e) {
                throw new IllegalStateException("the routes of prompts from Kafka cannot be reached", e);
            }
            stages = known;
        }
        return known;
    }

    /** Prompts that are being worked on. */
    int running() {
        return consumers.stream().mapToInt(TrackingConsumer::running).sum();
    }

    /** What all of them hold of a topic. */
    private PromptLoad load(String topic) {
        return consumers.stream()
                .map(consumer -> consumer.snapshot().load(topic))
                .reduce(PromptLoad.NONE, PromptLoad::plus);
    }

    /** Those that are not closed. */
    List<TrackingConsumer> consumers() {
        return consumers;
    }
}

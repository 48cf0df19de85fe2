package dev.echelon.ingress.kafka;

import dev.echelon.domain.PromptListener;
import dev.echelon.domain.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.service.ServiceSupport;

/**
 * What the routes of {@code kafka.camel.yaml} refer to. Its settings are the properties {@code echelon.kafka.*}, of
 * {@code application.properties} or the environment ({@code ECHELON_KAFKA_BROKERS}).
 */
public final class KafkaEdge extends ServiceSupport {

    private static final int SENDERS = 4;
    private static final int BURIERS = 2;

    private final CrashLog crashLog;

    private KafkaEdge(CrashLog crashLog) {
        this.crashLog = crashLog;
    }

    /**
     * To be called before the routes are read.
     *
     * @param listener hears what becomes of the prompts
     * @param simulated whether answers are made up, and must say so
     * @throws IllegalArgumentException when a property is not what it should be
     */
    public static void install(CamelContext context, PromptListener listener, boolean simulated) throws Exception {
        KafkaSettings settings = settings(context);
        KafkaComponent kafka = context.getComponent("kafka", KafkaComponent.class);
        // a single factory in the registry would become every kafka: endpoint's
        kafka.setKafkaClientFactory(new DefaultKafkaClientFactory());
        ExecutorServiceManager threads = context.getExecutorServiceManager();
        CamelStages.Senders senders = new CamelStages.Senders(
                threads.newFixedThreadPool(context, "llm-kafka", SENDERS),
                threads.newFixedThreadPool(context, "llm-kafka-dead-letters", BURIERS));
        ReplyPartitions replyPartitions = new ReplyPartitions(Ticker.SYSTEM);
        CrashLog crashLog = CrashLog.open(settings.state().resolve(fileName(settings.group())));
        context.addService(new KafkaEdge(crashLog));
        TrackingClientFactory consumers = new TrackingClientFactory(
                context,
                settings,
                senders,
                replyPartitions,
                crashLog,
                listener,
                Ticker.SYSTEM,
                () -> ThreadLocalRandom.current().nextDouble());
        Registry registry = context.getRegistry();
        registry.bind("kafkaPrompts", consumers);
        registry.bind("kafkaIntake", new KafkaIntake(consumers));
        registry.bind(
                "kafkaPrompt",
                new KafkaPrompt(settings, Clock.systemUTC(), replyPartitions, text(context, "answers", "llm.answers")));
        registry.bind("kafkaAnswer", new KafkaAnswer(simulated));
        registry.bind("kafkaDeadLetter", new KafkaDeadLetter(settings));
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            health.register(new KafkaHealth(consumers));
        }
    }

    private static KafkaSettings settings(CamelContext context) {
        String order = text(context, "order", "none");
        if (!order.equals("none") && !order.equals("key")) {
            throw new IllegalArgumentException("echelon.kafka.order must be none or key, not " + order);
        }
        return new KafkaSettings(
                number(context, "max-in-flight", 256),
                order.equals("key"),
                words(text(context, "reply-topics", "")),
                Duration.ofSeconds(number(context, "max-age-seconds", 3_600)),
                Duration.ofSeconds(number(context, "drain-seconds", 10)),
                number(context, "max-prompt-bytes", 4 * 1024 * 1024),
                flag(context, "streaming"),
                flag(context, "transactional"),
                Path.of(text(context, "state", "data/kafka")),
                text(context, "group", "echelon"));
    }

    private static String text(CamelContext context, String name, String otherwise) {
        return context.resolvePropertyPlaceholders("{{echelon.kafka." + name + ":" + otherwise + "}}")
                .strip();
    }

    private static boolean flag(CamelContext context, String name) {
        String text = text(context, name, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("echelon.kafka." + name + " must be true or false, not " + text);
        }
        return text.equals("true");
    }

    private static int number(CamelContext context, String name, int otherwise) {
        String text = text(context, name, Integer.toString(otherwise));
        try {
            int value = Integer.parseInt(text);
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("echelon.kafka." + name + " must be a whole number from 1, not " + text);
    }

    private static Set<String> words(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String fileName(String group) {
        return group.replaceAll("[^A-Za-z0-9._-]", "_") + ".deliveries";
    }

    @Override
    protected void doShutdown() {
        crashLog.restAll();
        crashLog.close();
    }
}

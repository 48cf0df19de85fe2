package dev.echelon.cli;

import dev.echelon.cli.kafka.DevBroker;
import dev.echelon.cli.kafka.TopicClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code echelon dev-kafka}: a real Kafka broker on this machine, until it is told to stop. */
@Command(
        description = "Start a Kafka broker for development, with the gateway's topics. Ctrl-C stops it."
                + " Or send to a topic, or read one.",
        mixinStandardHelpOptions = true)
final class DevKafkaCommand implements Callable<Integer> {

    private static final List<String> TOPICS = List.of("llm.prompts", "llm.answers", "llm.dlq");
    private static final String BROKERS = "${env:ECHELON_KAFKA_BROKERS:-localhost:9092}";
    private static final String OF_BROKERS = "The brokers (default: ${DEFAULT-VALUE}).";
    private static final int MAX_PARTITIONS = 1_000;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "9092",
            description = "Port on 127.0.0.1; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data/dev-kafka",
            description = "Folder for what it stores; topics and messages in it live on (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data/dev-kafka");

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions of new topics (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description = "A further topic, beside llm.prompts, llm.answers and llm.dlq; may be given more than once.")
    private List<String> more = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65_535) {
            throw new BadUsageException("echelon: --port must be 0 to 65535, not " + port);
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new BadUsageException("echelon: --partitions must be 1 to " + MAX_PARTITIONS + ", not " + partitions);
        }
        if (!brokerIsThere()) {
            throw new BadUsageException("echelon: the broker's jars are not on the class path; build them with"
                    + " mvn -B -DskipTests package, and start it with bin/echelon dev-kafka");
        }
        LogSetup.errorsOnly();
        List<String> topics = new ArrayList<>(TOPICS);
        topics.addAll(more);
        DevBroker broker = DevBroker.start(new DevBroker.Settings(data, port, topics, partitions));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "dev-kafka-stop"));
        PrintWriter out = spec.commandLine().getOut();
        out.printf("READY %s (topics %s; data in %s)%n", broker.address(), String.join(", ", topics), data);
        out.flush();
        broker.awaitClose();
        return Echelon.OK;
    }

    @Command(
            name = "send",
            description = "Send what comes on standard input to a topic, each line a message.",
            mixinStandardHelpOptions = true)
    int send(
            @Option(names = "--brokers", paramLabel = "HOST:PORT,...", defaultValue = BROKERS, description = OF_BROKERS)
                    String brokers,
            @Option(
                            names = "--topic",
                            paramLabel = "NAME",
                            defaultValue = "llm.prompts",
                            description = "Where to (default: ${DEFAULT-VALUE}).")
                    String topic,
            @Option(
                            names = "--header",
                            paramLabel = "NAME=VALUE",
                            description = "A header of each message; may be given more than once.")
                    @Nullable
                    Map<String, String> headers)
            throws InterruptedException {
        LogSetup.errorsOnly();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            int sent = new TopicClient(brokers, topic)
                    .send(lines.lines().iterator(), headers == null ? Map.of() : headers);
            PrintWriter out = spec.commandLine().getOut();
            out.printf("%d sent to %s%n", sent, topic);
            out.flush();
            return Echelon.OK;
        } catch (KafkaException | ExecutionException failed) {
            return failed(failed, brokers);
        }
    }

    @Command(
            name = "read",
            description = "Show the messages of a topic with their headers, those that are there and those that come.",
            mixinStandardHelpOptions = true)
    int read(
            @Option(names = "--brokers", paramLabel = "HOST:PORT,...", defaultValue = BROKERS, description = OF_BROKERS)
                    String brokers,
            @Option(
                            names = "--topic",
                            paramLabel = "NAME",
                            defaultValue = "llm.answers",
                            description = "Which one (default: ${DEFAULT-VALUE}).")
                    String topic,
            @Option(
                            names = "--max",
                            paramLabel = "N",
                            defaultValue = "" + Long.MAX_VALUE,
                            showDefaultValue = CommandLine.Help.Visibility.NEVER,
                            description = "End after so many (default: go on until Ctrl-C).")
                    long most) {
        LogSetup.errorsOnly();
        PrintWriter out = spec.commandLine().getOut();
        try {
            new TopicClient(brokers, topic).read(most, record -> {
                out.printf("%s-%d-%d%n", record.topic(), record.partition(), record.offset());
                record.headers().forEach(it -> out.printf("  %s: %s%n", visible(it.key()), visible(text(it.value()))));
                out.println(visible(text(record.value())));
                out.flush();
            });
            return Echelon.OK;
        } catch (KafkaException | IllegalArgumentException failed) {
            return failed(failed, brokers);
        }
    }

    private int failed(Exception failure, String brokers) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("echelon: " + failure.getMessage() + " (brokers: " + brokers + ")");
        err.flush();
        return Echelon.FAILED;
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Anybody may write to a topic: nothing of it steers a terminal. */
    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static boolean brokerIsThere() {
        try {
            Class.forName("kafka.server.KafkaRaftServer", false, DevKafkaCommand.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

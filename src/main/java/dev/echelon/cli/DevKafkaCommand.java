package dev.echelon.cli;

import dev.echelon.cli.kafka.DevBroker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code echelon dev-kafka}: a real Kafka broker on this machine, until it is told to stop. */
@Command(
        description = "Start a Kafka broker for development, with the gateway's topics. Ctrl-C stops it.",
        mixinStandardHelpOptions = true)
final class DevKafkaCommand implements Callable<Integer> {

    private static final List<String> TOPICS = List.of("llm.prompts", "llm.answers", "llm.dlq");
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

    private static boolean brokerIsThere() {
        try {
            Class.forName("kafka.server.KafkaRaftServer", false, DevKafkaCommand.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

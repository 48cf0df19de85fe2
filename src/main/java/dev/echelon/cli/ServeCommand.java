package dev.echelon.cli;

import dev.echelon.cli.simulator.Simulator;
import dev.echelon.config.Configuration;
import dev.echelon.config.Problem;
import dev.echelon.config.Reachability;
import dev.echelon.ingress.files.BatchInbox;
import dev.echelon.ingress.http.EdgeSettings;
import dev.echelon.route.GatewayRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code echelon serve}: the gateway, until it is told to stop. */
@Command(
        description = "Start the gateway. SIGTERM drains: what is accepted is finished, nothing new is taken.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final Duration CLOSING = Duration.ofSeconds(20);
    private static final Path DEFAULT_ROUTES = Path.of("routes");

    private final ReadAhead ahead;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "Folder of *.camel.yaml routes (default: routes, or the built-in ones where there is none).")
    @Nullable
    private Path routes;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String host = "0.0.0.0";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "Port of the API; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--management-host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address of health and metrics; keep it on loopback (default: ${DEFAULT-VALUE}).")
    private String managementHost = "127.0.0.1";

    @Option(
            names = "--management-port",
            paramLabel = "N",
            defaultValue = "9876",
            description = "Port of health and metrics; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int managementPort;

    @Option(
            names = "--drain-notice",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "After SIGTERM, how long readiness is down and requests are still taken (default: ${DEFAULT-VALUE}).")
    private int drainNotice;

    @Option(
            names = "--drain-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long requests under way may take after that (default: ${DEFAULT-VALUE}).")
    private int drainTimeout;

    @Option(
            names = "--kafka",
            description = "Take prompts from Kafka too, by routes/kafka.camel.yaml (topics llm.prompts, llm.answers,"
                    + " llm.dlq).")
    private boolean kafka;

    @Option(
            names = "--kafka-brokers",
            paramLabel = "HOST:PORT,...",
            description = "The brokers (default: property echelon.kafka.brokers, else localhost:9092).")
    @Nullable
    private String kafkaBrokers;

    @Mixin
    private FilesOptions files = new FilesOptions();

    @Mixin
    private Simulation simulation = new Simulation();

    ServeCommand() {
        this(ReadAhead.of());
    }

    /** @param ahead what is being read already */
    ServeCommand(ReadAhead ahead) {
        this.ahead = ahead;
    }

    @Override
    public Integer call() throws Exception {
        checkPort("--port", port);
        checkPort("--management-port", managementPort);
        checkOwnPorts();
        checkSeconds("--drain-notice", drainNotice);
        checkSeconds("--drain-timeout", drainTimeout);
        if (kafkaBrokers != null && !kafka) {
            throw new BadUsageException("echelon: --kafka-brokers is of no use without --kafka");
        }
        BatchInbox.Settings inbox = files.settings();
        Server.Routes used = new Server.Routes(
                routesPattern(inbox != null),
                kafka,
                inbox,
                kafkaBrokers == null ? Map.of() : Map.of("echelon.kafka.brokers", kafkaBrokers));
        Duration longestEnd = Duration.ofSeconds(drainNotice + drainTimeout).plus(CLOSING);
        try (GatewayRuntime runtime = new GatewayRuntime();
                @Nullable Simulator simulator = simulation.enabled() ? simulation.prepare(runtime.vertx()) : null) {
            Configuration configuration = ahead.configuration(options);
            try (LogSetup.Queued log = LogSetup.apply(configuration.defaults().logging(), longestEnd)) {
                return serve(runtime, configuration, simulator, used);
            }
        }
    }

    private int serve(
            GatewayRuntime runtime, Configuration configuration, @Nullable Simulator simulator, Server.Routes edges)
            throws Exception {
        warnings(configuration).forEach(warning -> LOG.warn("{}", warning));
        if (simulator == null) {
            checkReach(configuration);
        }
        Configuration used = simulator == null ? configuration : simulated(configuration, simulator.start());
        EdgeSettings edge = new EdgeSettings(
                host,
                port,
                runtime.loops(),
                EdgeSettings.MAX_BODY,
                EdgeSettings.defaultHeldBytes(),
                EdgeSettings.KEEP_ALIVE,
                EdgeSettings.STUCK_READER,
                simulator != null);
        Server.Drain drain = new Server.Drain(Duration.ofSeconds(drainNotice), Duration.ofSeconds(drainTimeout));
        Server.Management management = new Server.Management(managementHost, managementPort);
        return new Server(runtime, used, edge, management, drain, edges).run();
    }

    private List<Problem> warnings(Configuration configuration) {
        // keys do not matter to the simulator
        return configuration.warnings().stream()
                .filter(warning -> !simulation.enabled() || !warning.message().contains("has no key"))
                .toList();
    }

    private static Configuration simulated(Configuration configuration, int port) {
        LOG.warn("SIMULATED: all answers are made up by the simulator on port {}; no provider is called", port);
        return Simulation.redirect(configuration, port);
    }

    private static void checkReach(Configuration configuration) throws BadUsageException {
        List<Problem> problems = Reachability.problems(configuration);
        if (!problems.isEmpty()) {
            throw new BadUsageException(problems.stream()
                    .map(problem -> "echelon: " + problem.message() + " (or try --simulate)")
                    .collect(Collectors.joining(System.lineSeparator())));
        }
    }

    private String routesPattern(boolean withFiles) throws BadUsageException {
        Path folder = routes == null && Files.isDirectory(DEFAULT_ROUTES) ? DEFAULT_ROUTES : routes;
        if (folder == null) {
            return Server.BUILT_IN_ROUTES;
        }
        if (!Files.isDirectory(folder)) {
            throw new BadUsageException("echelon: there is no routes folder " + folder);
        }
        checkIsThere(folder, "--files", Server.FILES_ROUTE, withFiles);
        checkIsThere(folder, "--kafka", Server.KAFKA_ROUTE, kafka);
        return "file:" + folder + "/*.camel.yaml";
    }

    private static void checkIsThere(Path folder, String option, String file, boolean wanted) throws BadUsageException {
        if (wanted && !Files.exists(folder.resolve(file))) {
            throw new BadUsageException("echelon: " + option + " needs " + file + ", which is not in " + folder);
        }
    }

    private static void checkSeconds(String option, int value) throws BadUsageException {
        if (value < 0 || value > 3_600) {
            throw new BadUsageException("echelon: " + option + " must be 0 to 3600, not " + value);
        }
    }

    /** Servers of one Vert.x that listen on the same address share its connections, without a word. */
    private void checkOwnPorts() throws BadUsageException {
        if (port != 0 && port == managementPort && host.equals(managementHost)) {
            throw new BadUsageException("echelon: --port and --management-port must be two ports, not both " + port);
        }
    }

    private static void checkPort(String option, int value) throws BadUsageException {
        if (value < 0 || value > 65_535) {
            throw new BadUsageException("echelon: " + option + " must be 0 to 65535, not " + value);
        }
    }
}

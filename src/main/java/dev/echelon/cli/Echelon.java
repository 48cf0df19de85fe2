package dev.echelon.cli;

import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.RequestJson;
import dev.echelon.route.GatewayRuntime;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code echelon}: exit 0 ok, 1 failed, 2 bad usage or bad configuration. */
@Command(
        name = "echelon",
        description = "The routing layer for language models inside Apache Camel.",
        mixinStandardHelpOptions = true,
        versionProvider = Echelon.Version.class)
public final class Echelon {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_USAGE = 2;

    private static final String SERVE = "serve";

    private Echelon() {}

    public static void main(String[] args) {
        int status = args.length > 0 && args[0].equals(SERVE) ? serve(args) : run(args);
        if (status != OK) {
            System.exit(status);
        }
    }

    /** While the options are read, so is the configuration, and what any start needs is loaded. */
    private static int serve(String... args) {
        ReadAhead ahead = ReadAhead.of(args);
        new Thread(ahead, "echelon-configuration").start();
        // before there is a second thread that logs: SLF4J holds back what is logged meanwhile, and complains of it
        LoggerFactory.getILoggerFactory();
        new Thread(Echelon::loadAhead, "echelon-ahead").start();
        return commandLine(Map.of(SERVE, new ServeCommand(ahead))).execute(args);
    }

    /** Whatever polls sockets, and whatever reads a request. */
    private static void loadAhead() {
        GatewayRuntime.prepare();
        try {
            RequestJson.read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
                    .getBytes(StandardCharsets.UTF_8));
        } catch (ModelFailure impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Runs a command and returns its exit status. */
    static int run(String... args) {
        return commandLine(args).execute(args);
    }

    /**
     * @param args what it will be asked to run; where the first is a command's name the others are left out, as reading
     *     the options of them all takes a good part of a start
     */
    static CommandLine commandLine(String... args) {
        Map<String, Class<?>> commands = commands();
        Class<?> asked = args.length > 0 ? commands.get(args[0]) : null;
        return commandLine(asked == null ? commands : Map.of(args[0], asked));
    }

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put(SERVE, ServeCommand.class);
        commands.put("validate", ValidateCommand.class);
        commands.put("routes", RoutesCommand.class);
        commands.put("chat", ChatCommand.class);
        commands.put("batch", BatchCommand.class);
        commands.put("dlq", DlqCommand.class);
        commands.put("dev-kafka", DevKafkaCommand.class);
        return commands;
    }

    /** @param commands by name; their classes, or instances */
    private static CommandLine commandLine(Map<String, ?> commands) {
        CommandLine line = new CommandLine(new Echelon());
        commands.forEach(line::addSubcommand);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof BadUsageException) {
                command.getErr().println(failure.getMessage());
                return BAD_USAGE;
            }
            String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
            command.getErr().println("echelon: " + message);
            return FAILED;
        });
        return line;
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Echelon.class.getPackage().getImplementationVersion();
            return new String[] {"echelon " + Objects.requireNonNullElse(version, "(not packaged)")};
        }
    }
}

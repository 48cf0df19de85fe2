package dev.echelon.cli;

import dev.echelon.config.ConfigLoader;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.RequestJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
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

    private static final List<Class<?>> COMMANDS = List.of(
            ServeCommand.class,
            ValidateCommand.class,
            RoutesCommand.class,
            ChatCommand.class,
            BatchCommand.class,
            DlqCommand.class,
            DevKafkaCommand.class);

    private Echelon() {}

    public static void main(String[] args) {
        if (args.length > 0 && name(ServeCommand.class).equals(args[0])) {
            new Thread(Echelon::loadAhead, "echelon-ahead").start();
        }
        int status = run(args);
        if (status != OK) {
            System.exit(status);
        }
    }

    /** Whatever the options say: files and requests will be read. Both are loaded while the options are read. */
    private static void loadAhead() {
        ConfigLoader.prepare();
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
        CommandLine line = new CommandLine(new Echelon());
        List<Class<?>> asked = COMMANDS.stream()
                .filter(command -> args.length > 0 && name(command).equals(args[0]))
                .toList();
        for (Class<?> command : asked.isEmpty() ? COMMANDS : asked) {
            line.addSubcommand(command);
        }
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

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Echelon.class.getPackage().getImplementationVersion();
            return new String[] {"echelon " + Objects.requireNonNullElse(version, "(not packaged)")};
        }
    }
}

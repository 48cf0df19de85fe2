package dev.echelon.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code echelon}: exit 0 ok, 1 failed, 2 bad usage or bad configuration. */
@Command(
        name = "echelon",
        description = "The routing layer for language models inside Apache Camel.",
        mixinStandardHelpOptions = true,
        versionProvider = Echelon.Version.class,
        subcommands = {
            ServeCommand.class,
            ValidateCommand.class,
            RoutesCommand.class,
            ChatCommand.class,
            BatchCommand.class,
            DlqCommand.class,
            DevKafkaCommand.class
        })
public final class Echelon {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_USAGE = 2;

    private Echelon() {}

    public static void main(String[] args) {
        int status = run(args);
        if (status != OK) {
            System.exit(status);
        }
    }

    /** Runs a command and returns its exit status. */
    static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Echelon());
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

package dev.echelon.cli;

import dev.echelon.ingress.files.BatchInbox;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --files}: batch files dropped in a folder are answered in another. */
final class FilesOptions {

    private static final int MOST_IN_FLIGHT = 10_000;
    private static final Duration MAX_AGE = Duration.ofHours(1);

    @Option(names = "--files", description = "Answer OpenAI batch files (*.jsonl) that are dropped in the inbox.")
    private boolean enabled;

    @Option(
            names = "--inbox",
            paramLabel = "DIR",
            defaultValue = "inbox",
            description = "With --files: where they are dropped (default: ${DEFAULT-VALUE}).")
    private Path inbox = Path.of("inbox");

    @Option(
            names = "--outbox",
            paramLabel = "DIR",
            defaultValue = "outbox",
            description = "With --files: where the answers come out (default: ${DEFAULT-VALUE}).")
    private Path outbox = Path.of("outbox");

    @Option(
            names = "--files-in-flight",
            paramLabel = "N",
            defaultValue = "64",
            description = "With --files: prompts of a file under way at once (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    /** {@code null} without {@code --files}. */
    BatchInbox.@Nullable Settings settings() throws BadUsageException {
        if (!enabled) {
            return null;
        }
        if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
            throw new BadUsageException(
                    "echelon: --files-in-flight must be 1 to " + MOST_IN_FLIGHT + ", not " + inFlight);
        }
        Path from = inbox.toAbsolutePath().normalize();
        Path to = outbox.toAbsolutePath().normalize();
        if (from.equals(to)) {
            throw new BadUsageException("echelon: --inbox and --outbox are the same folder");
        }
        return new BatchInbox.Settings(from, to, inFlight, MAX_AGE);
    }
}

package dev.echelon.cli;

import dev.echelon.config.Configuration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The configuration, read beside all else that a start needs: nothing takes longer. Where it is, is guessed from
 * the arguments before they are understood; who has understood them takes it only where the guess was right.
 */
final class ReadAhead implements Runnable {

    private final ConfigOptions guess;
    private final FutureTask<Configuration> reading;

    private ReadAhead(ConfigOptions guess) {
        this.guess = guess;
        this.reading = new FutureTask<>(guess::load);
    }

    static ReadAhead of(String... args) {
        return new ReadAhead(ConfigOptions.of(value("--configs", args), value("--profile", args)));
    }

    /** Reads it; to be called on a thread that nobody waits for. */
    @Override
    public void run() {
        reading.run();
    }

    /**
     * The configuration that the options name, once it has been read.
     *
     * @throws BadUsageException with every fault on a line of its own
     */
    Configuration configuration(ConfigOptions options) throws BadUsageException, InterruptedException {
        if (!guess.sameAs(options)) {
            return options.load();
        }
        // nothing when it has been begun
        reading.run();
        try {
            return reading.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BadUsageException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static @Nullable String value(String option, String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith(option + "=")) {
                return args[i].substring(option.length() + 1);
            }
            if (args[i].equals(option) && i + 1 < args.length) {
                return args[i + 1];
            }
        }
        return null;
    }
}

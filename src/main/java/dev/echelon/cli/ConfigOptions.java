package dev.echelon.cli;

import dev.echelon.config.ConfigException;
import dev.echelon.config.ConfigLoader;
import dev.echelon.config.Configuration;
import dev.echelon.config.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the configuration is; shared by all commands. */
final class ConfigOptions {

    @Option(
            names = "--configs",
            paramLabel = "DIR",
            defaultValue = "configs",
            description = "Configuration folder, the one that holds llms/ (default: ${DEFAULT-VALUE}).")
    private Path configs = Path.of("configs");

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Overlay: files below DIR/NAME override those below DIR.")
    @Nullable
    private String profile;

    /** What they are when these two are given; {@code null} stands for the default. */
    static ConfigOptions of(@Nullable String configs, @Nullable String profile) {
        ConfigOptions options = new ConfigOptions();
        if (configs != null) {
            options.configs = Path.of(configs);
        }
        options.profile = profile;
        return options;
    }

    boolean sameAs(ConfigOptions other) {
        return configs.equals(other.configs) && Objects.equals(profile, other.profile);
    }

    /** @throws BadUsageException with every fault on a line of its own */
    Configuration load() throws BadUsageException {
        if (!Files.isDirectory(configs)) {
            throw new BadUsageException("echelon: there is no configuration folder " + configs);
        }
        try {
            return new ConfigLoader(System::getenv).load(configs, profile);
        } catch (ConfigException e) {
            throw new BadUsageException(list("the configuration in " + configs + " has %d fault%s:", e.problems()));
        }
    }

    static String list(String headline, List<Problem> problems) {
        String lines = problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n"));
        return headline.formatted(problems.size(), problems.size() == 1 ? "" : "s") + "\n" + lines;
    }
}

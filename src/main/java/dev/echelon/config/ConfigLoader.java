package dev.echelon.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a configuration folder. */
public final class ConfigLoader {

    private final Function<String, @Nullable String> environment;

    /** @param environment looks a variable up; {@code null} or empty when it is not set */
    public ConfigLoader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /**
     * Loads the folder.
     *
     * @param configs the folder that holds {@code llms/}
     * @throws ConfigException with every fault, when there is one
     */
    public Configuration load(Path configs) throws ConfigException {
        environment.apply("");
        throw new ConfigException(List.of(new Problem(configs.toString(), 0, 0, "no loader" + Map.of())));
    }
}

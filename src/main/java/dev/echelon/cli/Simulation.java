package dev.echelon.cli;

import dev.echelon.cli.simulator.Simulator;
import dev.echelon.cli.simulator.SimulatorOptions;
import dev.echelon.config.Configuration;
import dev.echelon.config.ProviderConfig;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.Secret;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --simulate}: every provider's address becomes that of an embedded simulator. */
final class Simulation {

    @Option(
            names = "--simulate",
            description = "Answer from an embedded simulator instead of the providers: no keys needed, nothing leaves"
                    + " this machine.")
    private boolean enabled;

    @Option(
            names = "--simulate-latency",
            paramLabel = "MS",
            defaultValue = "200",
            description = "Simulated time to the first token (default: ${DEFAULT-VALUE}).")
    private int latencyMillis;

    @Option(
            names = "--simulate-interval",
            paramLabel = "MS",
            defaultValue = "30",
            description = "Simulated time between tokens of a stream (default: ${DEFAULT-VALUE}).")
    private int intervalMillis;

    @Option(
            names = "--simulate-failures",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of simulated prompts that fail, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double failureRate;

    boolean enabled() {
        return enabled;
    }

    /** A simulator that is yet to be started. */
    Simulator prepare(Vertx vertx) throws BadUsageException {
        if (latencyMillis < 0 || intervalMillis < 0 || failureRate < 0 || failureRate > 1) {
            throw new BadUsageException(
                    "echelon: --simulate-latency and --simulate-interval are 0 or more, --simulate-failures is 0 to 1");
        }
        return new Simulator(
                vertx,
                0,
                new SimulatorOptions(
                        Duration.ofMillis(latencyMillis), Duration.ofMillis(intervalMillis), failureRate, 1));
    }

    /** The configuration with every provider at the simulator's port. */
    static Configuration redirect(Configuration configuration, int port) {
        Map<String, ProviderConfig> providers = new LinkedHashMap<>();
        configuration.providers().forEach((name, provider) -> {
            String path = "/" + name + (provider.dialect().equals(ChatRequest.OPENAI) ? "/v1" : "");
            providers.put(
                    name,
                    new ProviderConfig(
                            name,
                            provider.dialect(),
                            URI.create("http://127.0.0.1:" + port + path),
                            new Secret("simulated"),
                            provider.keyVariables(),
                            provider.connections(),
                            provider.contextWindows()));
        });
        return configuration.withProviders(providers).withoutEchelonOverrides();
    }
}

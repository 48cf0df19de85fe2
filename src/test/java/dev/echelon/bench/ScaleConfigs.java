package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes configurations of any number of instances: groups of ten models each, a pool a group, and one pool over all of
 * them as one tier.
 */
final class ScaleConfigs {

    /** The pool over all instances. */
    static final String ALL = Prompt.TARGET;

    private static final int GROUP = 10;
    private static final int MOST_PROVIDERS = 10;

    private final Path llms;
    private final String baseUrl;

    /** @param baseUrl of every provider, like {@code http://127.0.0.1:9000/v1} */
    ScaleConfigs(Path configs, String baseUrl) {
        this.llms = configs.resolve("llms");
        this.baseUrl = baseUrl;
    }

    /**
     * @param instances a multiple of ten
     * @param strategy of the pool over all: {@code round_robin}, {@code random}, {@code weighted} or {@code
     *     least_connections}
     */
    void write(int instances, String strategy) throws IOException {
        int groups = instances / GROUP;
        int providers = Math.min(groups, MOST_PROVIDERS);
        for (String folder : new String[] {"providers", "task-groups", "pools", "wrappers"}) {
            Files.createDirectories(llms.resolve(folder));
        }
        for (int i = 0; i < providers; i++) {
            Files.writeString(llms.resolve("providers/up" + i + ".toml"), """
                    [provider]
                    name = "up%d"
                    dialect = "openai"
                    base_url = "%s"
                    api_key = "key-%d"
                    """.formatted(i, baseUrl, i));
        }
        for (int i = 0; i < groups; i++) {
            Files.writeString(llms.resolve("task-groups/g" + i + ".toml"), group(i, i % providers));
            Files.writeString(
                    llms.resolve("pools/p" + i + ".toml"), pool("p" + i, "\"g" + i + "\"", "round_robin", ""));
        }
        String all = IntStream.range(0, groups).mapToObj(i -> "\"g" + i + "\"").collect(Collectors.joining(", "));
        String weights = strategy.equals("weighted")
                ? "[pool.rotation_strategy.options.weights]\n"
                        + IntStream.range(0, groups)
                                .mapToObj(i -> "\"g" + i + ".e\" = " + (1 + i % 5) + "\n")
                                .collect(Collectors.joining())
                : "";
        Files.writeString(
                llms.resolve("pools/" + ALL + ".toml"),
                pool(ALL, all, strategy, "[pool.rotation_strategy.options]\nacross = \"all\"\n" + weights));
        Files.writeString(llms.resolve("wrappers/w.toml"), """
                [global.logging]
                level = "warn"
                format = "text"
                """);
    }

    private static String group(int number, int provider) {
        String models = IntStream.range(0, GROUP)
                .mapToObj(i -> "\"up" + provider + ":m" + (number * GROUP + i) + "\"")
                .collect(Collectors.joining(", "));
        return """
                [task_group]
                name = "g%d"
                [task_group.echelons.e]
                models = [%s]
                concurrency_limit = 10000
                rpm_limit = 1000000
                priority = 1
                timeout = 60
                """.formatted(number, models);
    }

    private static String pool(String name, String groups, String strategy, String rotation) {
        return """
                [pool]
                name = "%s"
                task_groups = [%s]
                [pool.rate_limiting]
                enabled = false
                [pool.rotation_strategy]
                type = "%s"
                %s""".formatted(name, groups, strategy, rotation);
    }
}

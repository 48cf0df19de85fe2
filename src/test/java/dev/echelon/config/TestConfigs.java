package dev.echelon.config;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder of configuration files that a test may change, and what comes out of it. */
final class TestConfigs {

    static final Path SEEDS = Path.of("src/test/resources/seeds");
    static final Path SHIPPED = Path.of("configs");
    static final Map<String, String> KEYS = Map.of("OPENAI_API_KEY", "sk-one", "ANTHROPIC_API_KEY", "sk-two");

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>(KEYS);

    private TestConfigs(Path folder) {
        this.folder = folder;
    }

    /** The files that are shipped. */
    static TestConfigs shipped(Path folder) {
        copy(SHIPPED, folder);
        return new TestConfigs(folder);
    }

    /** A pool, a group of one echelon, a wrapper of each, and a registry that names them. */
    static TestConfigs small(Path folder) {
        return new TestConfigs(folder)
                .write("llms/_registry.toml", """
                        [pools]
                        p = { file = "pools/p.toml" }
                        [task_groups]
                        g = { file = "task-groups/g.toml" }
                        [wrappers]
                        w = { file = "wrappers/w.toml" }
                        [global]
                        config_validation = "strict"
                        """)
                .write("llms/pools/p.toml", "[pool]\nname = \"p\"\ntask_groups = [\"g\"]\n")
                .write("llms/task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["openai:gpt-4o", "anthropic:claude"]
                        concurrency_limit = 1
                        rpm_limit = 2
                        priority = 1
                        """)
                .write("llms/wrappers/w.toml", """
                        [wrappers.wp]
                        type = "pool"
                        pool_name = "p"
                        [global]
                        max_retries = 1
                        """);
    }

    static TestConfigs empty(Path folder) {
        return new TestConfigs(folder);
    }

    TestConfigs write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestConfigs append(String file, String text) {
        return write(file, read(file) + text);
    }

    TestConfigs replace(String file, String from, String to) {
        String before = read(file);
        if (!before.contains(from)) {
            throw new IllegalArgumentException(file + " does not hold " + from);
        }
        return write(file, before.replace(from, to));
    }

    TestConfigs lenient(boolean useDefaults) {
        String registry = read("llms/_registry.toml");
        String now = registry.contains("use_defaults_on_failure")
                ? registry.replaceAll("use_defaults_on_failure = \\w+", "use_defaults_on_failure = " + useDefaults)
                : registry.replace("[global]", "[global]\nuse_defaults_on_failure = " + useDefaults);
        return write("llms/_registry.toml", now.replace("\"strict\"", "\"lenient\""));
    }

    TestConfigs set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    TestConfigs unset(String variable) {
        environment.remove(variable);
        return this;
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ConfigLoader loader() {
        return new ConfigLoader(environment::get);
    }

    Configuration load() {
        try {
            return loader().load(folder);
        } catch (ConfigException e) {
            return fail(e.getMessage());
        }
    }

    /** The problems of a load that must fail. */
    List<String> errors() {
        try {
            Configuration configuration = loader().load(folder);
            return fail("loaded, with the warnings " + configuration.warnings());
        } catch (ConfigException e) {
            return e.problems().stream().map(Problem::toString).toList();
        }
    }

    List<String> warnings() {
        return load().warnings().stream().map(Problem::toString).toList();
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    static <T> T get(Map<String, T> map, String name) {
        return Objects.requireNonNull(map.get(name), name);
    }

    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

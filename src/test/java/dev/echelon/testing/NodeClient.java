package dev.echelon.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The official OpenAI client for Node, run by {@code src/test/js/openai-client.mjs}. It is installed from the lock file
 * into {@code target/js}, once, so that the source tree stays clean. A test that uses it is skipped, loudly, where there
 * is no Node.
 */
public final class NodeClient {

    private static final Logger log = LoggerFactory.getLogger(NodeClient.class);
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "openai-client.mjs");
    private static final String INSTALLED = "installed.json";
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(2);

    private final Path folder;

    private NodeClient(Path folder) {
        this.folder = folder;
    }

    /**
     * What a run came to.
     *
     * @param output standard output and standard error, one line a check
     */
    public record Outcome(int exit, String output) {

        public boolean ok() {
            return exit == 0;
        }
    }

    /** The client, installed; aborts the test, which counts as skipped, where {@code node} or {@code npm} is missing. */
    public static NodeClient installed() throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
        Path folder = Files.createDirectories(root.resolve("target/js"));
        for (String program : List.of("node", "npm")) {
            if (!onPath(program)) {
                String reason = "SKIPPED: the official client for Node cannot be run, there is no '" + program
                        + "' on the path";
                log.warn(reason);
                Assumptions.abort(reason);
            }
        }
        synchronized (NodeClient.class) {
            install(root.resolve("src/test/js"), folder);
        }
        return new NodeClient(folder);
    }

    /** All checks but the one for an unknown model, within a minute. */
    public Outcome check(String baseUrl, List<String> models) throws IOException, InterruptedException {
        return check(baseUrl, models, Map.of(), Duration.ofMinutes(1));
    }

    /**
     * All checks.
     *
     * @param more further settings of the script: {@code EXPECT_404}, {@code LISTED}, {@code MIN_SPREAD_MS},
     *     {@code IDEMPOTENT}, {@code API_KEY}
     */
    public Outcome check(String baseUrl, List<String> models, Map<String, String> more, Duration atMost)
            throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("BASE_URL", baseUrl);
        settings.put("MODELS", String.join(",", models));
        return run(folder, List.of("node", "openai-client.mjs"), settings, atMost);
    }

    /** The check for an unknown model alone, and the model list. */
    public Outcome checkUnknownModel(String baseUrl) throws IOException, InterruptedException {
        return check(baseUrl, List.of(), Map.of("EXPECT_404", "1"), Duration.ofMinutes(1));
    }

    private static void install(Path source, Path folder) throws IOException, InterruptedException {
        for (String file : FILES) {
            Files.copy(source.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path lock = folder.resolve("package-lock.json");
        Path installed = folder.resolve(INSTALLED);
        if (Files.exists(installed) && Files.mismatch(lock, installed) == -1) {
            return;
        }
        Outcome outcome = run(
                folder, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), Map.of(), INSTALL_LIMIT);
        if (!outcome.ok()) {
            throw new AssertionError("npm ci failed:\n" + outcome.output());
        }
        Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Outcome run(Path folder, List<String> command, Map<String, String> settings, Duration atMost)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, command.get(0), ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
            builder.environment().putAll(settings);
            Process process = builder.start();
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " was not done within " + atMost + ":\n" + read(output));
            }
            return new Outcome(process.exitValue(), read(output));
        } finally {
            Files.delete(output);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return List.of(path.split(File.pathSeparator, -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}

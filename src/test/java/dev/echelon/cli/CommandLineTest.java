package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands as a person runs them: what they print, and with which status they end. */
class CommandLineTest {

    private static final String[] KEYS = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"};

    @TempDir
    private Path folder;

    private final RootLogging logging = new RootLogging();

    /** What a command came to. */
    private record Run(int status, String out, String err) {}

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Echelon.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = line.execute(args);
        return new Run(status, out.toString(), err.toString());
    }

    @AfterEach
    void restoreLogging() {
        logging.restore();
    }

    @Test
    void validConfigurationIsCountedAndItsWarningsAreListed() {
        Run run = run("validate", "--configs", "configs");

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("valid: 3 pools, 4 task groups, ");
    }

    @Test
    void everyFaultOfABrokenConfigurationIsListedWithItsPlace() throws Exception {
        file("task-groups/g.toml", """
                [task_group]
                name = "g"
                colour = "red"
                [task_group.echelons.e1]
                models = ["nobody:x"]
                concurrency_limit = -1
                rpm_limit = "many"
                priority = 1
                """);
        file("pools/p.toml", """
                [pool]
                name = "p"
                task_groups = ["missing"]
                """);
        file("pools/broken.toml", "[pool\nname = 1\n");

        for (String command : new String[] {"validate", "serve", "routes"}) {
            Run run = run(command, "--configs", folder.toString());

            assertThat(run.status()).as(command).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("g.toml:3:", "colour")
                    .contains("g.toml:5:", "nobody")
                    .contains("g.toml:6:", "concurrency_limit")
                    .contains("g.toml:7:", "rpm_limit")
                    .contains("p.toml:3:", "missing")
                    .contains("broken.toml:1:")
                    .doesNotContain("Exception", "\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"validate", "serve", "routes"})
    void missingFolderIsBadUsage(String command) {
        Run run = run(command, "--configs", folder.resolve("nowhere").toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("nowhere").doesNotContain("Exception");
    }

    @Test
    void serveWithoutAnyKeyStartsNothingAndNamesTheVariables() throws Exception {
        for (String key : KEYS) {
            Assumptions.assumeThat(System.getenv().getOrDefault(key, "")).isEmpty();
        }
        int port = Ports.free();

        Run run = run("serve", "--configs", "configs", "--port", Integer.toString(port));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(KEYS).contains("fast_pool", "--simulate").doesNotContain("Exception");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port=70000", "--port=-1", "--management-port=99999", "--port=http", "--routes=nowhere"})
    void serveRefusesWhatItCannotUse(String option) {
        Run run = run("serve", "--simulate", option);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isNotEmpty().doesNotContain("Exception", "\tat ");
    }

    @Test
    void serveWantsAPortForEachOfItsServers() {
        Run run = run("serve", "--simulate", "--host=127.0.0.1", "--port=8099", "--management-port=8099");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--port", "--management-port", "8099").doesNotContain("Exception");
    }

    @Test
    void routesAreShownAsTheEipsTheyAre() {
        Run run = run("routes", "--configs", "configs");

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("loadBalance", "circuitBreaker", "fast_pool", "fast_group.echelon1")
                .contains("openai:gpt-4o", "anthropic:claude-3-5-sonnet");
    }

    @Test
    void mermaidChartShowsEveryPoolGroupEchelonAndInstance() {
        Run run = run("routes", "--configs", "configs", "--format", "mermaid");

        assertThat(run.status()).isZero();
        assertThat(run.out().strip()).matches("(?s)(flowchart|graph) .*");
        assertThat(run.out())
                .contains("fast_pool", "thinking_pool", "plan_pool")
                .contains("fast_group", "thinking_group", "plan_group", "execute_group")
                .contains("echelon1", "echelon2", "echelon3")
                .contains("openai:gpt-4o", "anthropic:claude-3-haiku", "-->");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast_pool", "fast_group", "fast_pool_wrapper", "openai:gpt-4o"})
    void chatPrintsTheAnswerAndSaysWhoGaveIt(String target) {
        for (boolean stream : new boolean[] {false, true}) {
            List<String> args = new ArrayList<>(List.of("chat", "one two three", "--target", target, "--simulate"));
            args.addAll(List.of("--simulate-latency", "1", "--simulate-interval", "1"));
            if (stream) {
                args.add("--stream");
            }

            Run run = run(args.toArray(new String[0]));

            assertThat(run.err()).contains("attempts: 1)");
            assertThat(run.status()).isZero();
            assertThat(run.out())
                    .startsWith("[simulated ")
                    .contains("one two three")
                    .endsWith("\n");
        }
    }

    @Test
    void chatWithAnUnknownTargetFails() {
        Run run = run("chat", "hello", "--target", "nobody", "--simulate");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("nobody").doesNotContain("Exception");
    }

    @Test
    void badUsageIsToldWithTheUsage() {
        for (String[] args : new String[][] {
            {"fly"},
            {"serve", "--wings"},
            {"chat"},
            {"chat", "hello"},
            {"routes", "--format", "png"},
            {"validate", "extra"}
        }) {
            Run run = run(args);

            assertThat(run.status()).as(String.join(" ", args)).isEqualTo(2);
            assertThat(run.err()).contains("Usage: echelon");
        }
    }

    @Test
    void aCommandAskedForAloneIsTheOneAmongAll() {
        Map<String, CommandLine> all = Echelon.commandLine().getSubcommands();

        assertThat(all).hasSize(7);
        all.forEach((name, command) -> {
            Map<String, CommandLine> alone = Echelon.commandLine(name, "--help").getSubcommands();
            assertThat(alone).containsOnlyKeys(name);
            assertThat(alone.values())
                    .extracting(CommandLine::getUsageMessage)
                    .containsExactly(command.getUsageMessage());
        });
        assertThat(Echelon.commandLine("srve").getSubcommands()).containsOnlyKeys(all.keySet());
    }

    @Test
    void helpIsThereForEveryCommand() {
        assertThat(run("--help").out()).contains("serve", "validate", "routes", "chat", "batch", "dev-kafka");
        for (String command : new String[] {"serve", "validate", "routes", "chat", "batch"}) {
            Run run = run(command, "--help");

            assertThat(run.status()).isZero();
            assertThat(run.out()).contains("Usage: echelon " + command, "--configs");
        }
        assertThat(run("--version").out()).startsWith("echelon ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port=65536", "--port=-1", "--partitions=0", "--partitions=many"})
    void devKafkaRefusesWhatItCannotUse(String option) {
        Run run = run("dev-kafka", "--data=" + folder, option);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(option.substring(0, option.indexOf('='))).doesNotContain("Exception");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void devKafkaSaysWhatKeepsItFromStarting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = run("dev-kafka", "--data=" + folder, "--port=" + taken.getLocalPort());

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .isEqualTo("echelon: port " + taken.getLocalPort() + " is taken: choose another with --port"
                            + System.lineSeparator());
        }
    }

    @Test
    void nothingAtAllIsAnsweredWithTheUsage() {
        Run run = run();

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: echelon");
    }

    private void file(String name, String toml) throws IOException {
        Path file = folder.resolve("llms").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, toml);
    }
}

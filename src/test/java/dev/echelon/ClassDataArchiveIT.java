package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/echelon archive} with the packaged jar and the JDK that runs the tests. */
class ClassDataArchiveIT {

    private static final String MAPPED = "shared objects file";

    @TempDir
    private static Path house;

    private static Run made = new Run(1, "");

    @BeforeAll
    static void make() throws Exception {
        build();
        made = run(List.of(), "archive");
        assertThat(made.exit()).as(made.output()).isZero();
        Files.copy(archive(), house.resolve("kept"));
    }

    @BeforeEach
    void rebuild() throws IOException {
        build();
        Files.copy(house.resolve("kept"), archive(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void build() throws IOException {
        for (String file : new String[] {"bin/echelon", "bin/archive", "target/echelon.jar"}) {
            copy(Path.of(file));
        }
        try (Stream<Path> configs = Files.walk(Path.of("configs"))) {
            for (Path file : configs.filter(Files::isRegularFile).toList()) {
                copy(file);
            }
        }
    }

    @Test
    void whatAStartLoadsIsMappedFromTheArchive() throws Exception {
        assertThat(made.output()).startsWith(archive() + ": ").hasLineCount(1);
        Path loaded = house.resolve("loaded.log");

        Run run = run(List.of("-Xlog:class+load:file=" + loaded), "validate", "--configs", "configs");

        assertThat(run).isEqualTo(run(List.of("-Xshare:off"), "validate", "--configs", "configs"));
        assertThat(run.output()).contains("valid: ");
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes)
                .filteredOn(line -> line.contains(" dev.echelon.cli.Echelon source: "))
                .singleElement()
                .asString()
                .contains(MAPPED);
        assertThat(classes)
                .filteredOn(line -> line.contains(" org.tomlj.Toml source: "))
                .singleElement()
                .asString()
                .contains(MAPPED);
        assertThat(packaged()).containsExactlyInAnyOrder(house.resolve("target/echelon.jar"), archive());
    }

    @Test
    void anArchiveOfAnotherJarOrABrokenOneIsPassedOverInSilence() throws Exception {
        Run without = run(List.of("-Xshare:off"), "--version");
        Path jar = house.resolve("target/echelon.jar");
        Files.setLastModifiedTime(
                jar, FileTime.fromMillis(Files.getLastModifiedTime(jar).toMillis() + 10_000));
        assertThat(run(List.of(), "--version")).isEqualTo(without);

        Files.delete(archive());
        Files.write(archive(), new byte[1000]);
        assertThat(run(List.of(), "--version")).isEqualTo(without);
    }

    @Test
    void aConfigurationThatDoesNotLoadIsAWarningAndLeavesTheArchive() throws Exception {
        Files.writeString(house.resolve("configs/llms/_registry.toml"), "[pools");

        Run run = run(List.of(), "archive");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("WARNING: no class-data archive", "_registry.toml");
        assertThat(packaged()).containsExactlyInAnyOrder(house.resolve("target/echelon.jar"), archive());
        assertThat(archive()).hasSameBinaryContentAs(house.resolve("kept"));
    }

    /** In a folder without routes, with the loggers of all the threads of a start; ended by a port that is in use. */
    @Test
    void aStartWithBuiltInRoutesLogsLinesAndNothingElse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());

            Run run =
                    run(List.of(), "serve", "--simulate", "--host=127.0.0.1", "--port=" + port, "--management-port=0");

            assertThat(run.exit()).as(run.output()).isEqualTo(1);
            List<String> lines = run.output().lines().toList();
            assertThat(lines)
                    .filteredOn(line -> !line.startsWith("{"))
                    .singleElement(STRING)
                    .startsWith("echelon: ")
                    .contains(port);
            assertThat(run.output()).contains("Apache Camel").doesNotContain("kafka");
        }
    }

    private static List<Path> packaged() throws IOException {
        try (Stream<Path> files = Files.list(house.resolve("target"))) {
            return files.toList();
        }
    }

    private static Path archive() {
        int release = Runtime.version().feature();
        return house.resolve("target/echelon-" + release + (release < 25 ? ".jsa" : ".aot"));
    }

    private static void copy(Path file) throws IOException {
        Path to = house.resolve(file);
        Files.createDirectories(to.resolveSibling(""));
        Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
    }

    private record Run(int exit, String output) {}

    private static Run run(List<String> javaOptions, String... arguments) throws IOException, InterruptedException {
        Path output = house.resolve("output.log");
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("bin/echelon"), Stream.of(arguments))
                        .toList())
                .directory(house.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("ECHELON_JAVA_OPTS", String.join(" ", javaOptions));
        builder.environment().keySet().removeIf(name -> name.endsWith("_API_KEY"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroy();
        }
    }
}

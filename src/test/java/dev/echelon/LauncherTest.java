package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/echelon} in a house of its own, with Javas that only print how they were called. */
class LauncherTest {

    @TempDir
    private Path house;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void build() throws IOException {
        Files.createDirectories(house.resolve("bin"));
        Files.createDirectories(house.resolve("target"));
        for (String script : new String[] {"bin/echelon", "bin/archive"}) {
            Files.copy(Path.of(script), house.resolve(script));
            executable(house.resolve(script));
        }
        Files.createFile(house.resolve("target/echelon.jar"));
        environment.put("ECHELON_JVM_FOLDER", house.resolve("jvm").toString());
    }

    @Test
    void theNewestOfTheSystemsJavasRunsTheJar() throws Exception {
        java("jvm/a-17", "17.0.15");
        java("jvm/b-25", "25.0.3");
        java("jvm/c-8", "1.8.0_402");

        List<String> call = run("serve", "--port", "8080").call();

        assertThat(call.get(0)).isEqualTo(house.resolve("jvm/b-25/bin/java").toString());
        assertThat(call)
                .contains("-XX:+UseParallelGC", "-XX:+ExitOnOutOfMemoryError", "-Djdk.serialFilter=!*", "-Xmx456m")
                .containsSequence(
                        "-cp",
                        house.resolve("target/echelon.jar").toString(),
                        "dev.echelon.cli.Echelon",
                        "serve",
                        "--port",
                        "8080");
    }

    @Test
    void javaHomeGoesFirst() throws Exception {
        java("jvm/b-25", "25.0.3");
        environment.put("JAVA_HOME", java("mine", "17.0.1"));

        assertThat(run().call().get(0)).isEqualTo(house.resolve("mine/bin/java").toString());
    }

    @Test
    void anOptionANewJavaKnowsIsKeptFromAnOldOne() throws Exception {
        environment.put("JAVA_HOME", java("old", "17.0.1"));
        assertThat(run().call()).noneMatch(option -> option.startsWith("--"));

        environment.put("JAVA_HOME", java("new", "25-ea"));
        assertThat(run().call()).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void anOldJavaIsRefused() throws Exception {
        environment.put("JAVA_HOME", java("mine", "11.0.2"));

        assertThat(run())
                .isEqualTo(new Run(
                        1,
                        "echelon: " + house + "/mine/bin/java is Java 11; Echelon needs 17 or later: set JAVA_HOME\n"));
    }

    @Test
    void aWrongJavaHomeIsSaid() throws Exception {
        environment.put("JAVA_HOME", house.resolve("nowhere").toString());

        assertThat(run().output()).contains("JAVA_HOME is " + house.resolve("nowhere"));
    }

    @Test
    void aMissingJarIsSaid() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Files.delete(house.resolve("target/echelon.jar"));

        assertThat(run())
                .isEqualTo(new Run(
                        1,
                        "echelon: " + house.resolve("target/echelon.jar")
                                + " is missing; build it with: mvn -B -DskipTests package\n"));
    }

    @Test
    void theUsersOptionsComeLastAndTheirHeapAndCollectorHold() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        environment.put("ECHELON_JAVA_OPTS", "-Xmx2g  -XX:+UseZGC -Dx=*");

        assertThat(run().call())
                .containsSequence(
                        "-Xmx2g",
                        "-XX:+UseZGC",
                        "-Dx=*",
                        "-cp",
                        house.resolve("target/echelon.jar").toString())
                .doesNotContain("-Xmx456m", "-XX:+UseParallelGC", "-XX:NewRatio=1");
    }

    @Test
    void theBrokerComesFromItsOwnFolder() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Path jars = Files.createDirectory(house.resolve("target/dev-kafka"));

        assertThat(run("dev-kafka", "--port", "0").call())
                .contains("-XX:+UseSerialGC", "-Xmx256m")
                .doesNotContain("-XX:+UseParallelGC", "-Xmx456m")
                .containsSequence(
                        "-cp",
                        house.resolve("target/echelon.jar") + ":" + jars + "/*",
                        "dev.echelon.cli.Echelon",
                        "dev-kafka",
                        "--port",
                        "0");
    }

    @Test
    void withoutTheBrokersJarsOnlyDevKafkaFails() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));

        assertThat(run("dev-kafka"))
                .isEqualTo(new Run(
                        1,
                        "echelon: " + house.resolve("target/dev-kafka")
                                + " is missing; build it with: mvn -B -DskipTests package\n"));
        assertThat(run("chat").call()).contains("chat");
    }

    @Test
    void theClassDataArchiveOfTheSameReleaseIsUsed() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Path old = Files.createFile(house.resolve("target/echelon-21.jsa"));
        assertThat(run().call()).noneMatch(option -> option.contains("echelon-"));

        Path archive = Files.createFile(house.resolve("target/echelon-17.jsa"));
        assertThat(run().call()).contains("-XX:SharedArchiveFile=" + archive);
        environment.put("JAVA_HOME", java("older", "21.0.8"));
        assertThat(run().call()).contains("-XX:SharedArchiveFile=" + old);
    }

    @Test
    void fromJava25OnItIsACache() throws Exception {
        environment.put("JAVA_HOME", java("mine", "25.0.3"));
        Files.createFile(house.resolve("target/echelon-25.jsa"));
        assertThat(run().call()).noneMatch(option -> option.contains("echelon-25"));

        Path archive = Files.createFile(house.resolve("target/echelon-25.aot"));
        assertThat(run().call()).contains("-XX:AOTCache=" + archive);

        // a JVM does not take both
        environment.put("ECHELON_JAVA_OPTS", "-Xshare:off");
        assertThat(run().call()).noneMatch(option -> option.contains("AOTCache"));
    }

    @Test
    void anArchiveThatCannotBeMadeIsAWarningAndLeavesTheOldOne() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Path archive = Files.writeString(house.resolve("target/echelon-17.jsa"), "old");

        Run run = run("archive");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output())
                .contains("WARNING: no class-data archive for " + house.resolve("mine/bin/java") + ": it ended")
                .contains("bin/echelon archive");
        assertThat(archive).hasContent("old");
    }

    @Test
    void anArchiveOfThisJarNeedNotBeMadeAgain() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Path archive = Files.createFile(house.resolve("target/echelon-17.jsa"));
        FileTime packaged = Files.getLastModifiedTime(house.resolve("target/echelon.jar"));

        Files.setLastModifiedTime(archive, FileTime.fromMillis(packaged.toMillis() + 5_000));
        assertThat(run("archive", "--if-missing")).isEqualTo(new Run(0, ""));
        assertThat(run("archive").exit()).isEqualTo(1);

        Files.setLastModifiedTime(archive, FileTime.fromMillis(packaged.toMillis() - 5_000));
        assertThat(run("archive", "--if-missing").exit()).isEqualTo(1);
    }

    @Test
    void argumentsArriveAsTheyWereGiven() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));

        assertThat(run("chat", "two words", "*", "").call()).endsWith("chat", "two words", "*", "");
    }

    @Test
    void itWorksThroughSymbolicLinks() throws Exception {
        environment.put("JAVA_HOME", java("mine", "17.0.1"));
        Path inner = Files.createSymbolicLink(house.resolve("bin/link"), Path.of("echelon"));
        Path outer = Files.createSymbolicLink(house.resolve("outer"), inner);

        assertThat(run(outer).call())
                .contains(house.resolve("target/echelon.jar").toString());
    }

    /** What the launcher did; each line of the output is one word of the call. */
    private record Run(int exit, String output) {

        List<String> call() {
            assertThat(exit).as(output).isZero();
            return List.of(output.substring(0, output.length() - 1).split("\n", -1));
        }
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return run(house.resolve("bin/echelon"), arguments);
    }

    private Run run(Path launcher, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments))
                        .toList())
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_") || name.startsWith("ECHELON_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }

    private String java(String folder, String version) throws IOException {
        Path home = house.resolve(folder);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\n");
        executable(home.resolve("bin/java"));
        return home.toString();
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}

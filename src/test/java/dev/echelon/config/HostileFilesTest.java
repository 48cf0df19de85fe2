package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds, there is a problem with a place, and never anything else. */
class HostileFilesTest {

    private static final String POOL = "llms/pools/p.toml";

    private final TestConfigs configs;

    HostileFilesTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("x = " + "[".repeat(1000) + "]".repeat(1000), ":1:"),
                Arguments.of("x = " + "{a=".repeat(1000) + "1" + "}".repeat(1000), ":1:"),
                Arguments.of("a." + "a.".repeat(1000) + "a = 1", ":1:"),
                Arguments.of("x = \"a\0b\"", ":1:7: "),
                Arguments.of("x = 1\nx = 2", ":2:1: "),
                Arguments.of("[pool]\n[pool]", ":2:1: "),
                Arguments.of("x = \"" + "y".repeat(5_000_000) + "\"", ": is larger than 1 MB"),
                Arguments.of("$\n".repeat(1000), ":21:1: is no TOML in 980 more places"),
                Arguments.of("x = " + "9".repeat(1000), ":1:5: "),
                Arguments.of("x = 1e999999", ":1:5: "),
                Arguments.of("\u202e = 1", ":1:1: "),
                Arguments.of("pool = 3", ":1:1: pool is 3; write a table [pool]"),
                Arguments.of("pool = []", ":1:1: pool is a list; write a table [pool]"),
                Arguments.of("[[pool]]\nname = \"p\"", ":1:1: pool is a list"),
                Arguments.of("", ": has no table [pool]"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aBrokenFileIsAProblemWithAPlace(String text, String expected) {
        configs.write(POOL, text);

        assertThat(configs.errors())
                .anyMatch(error -> error.startsWith(POOL) && error.contains(expected))
                .allMatch(error -> error.length() < 400)
                .allMatch(error -> error.chars().noneMatch(Character::isISOControl));
    }

    @Test
    void bytesThatAreNoUtf8AreAProblemAtTheirPlace() throws IOException {
        byte[] bytes = "[pool]\nname = \"\u4e2d p\"\n".getBytes(StandardCharsets.UTF_8);
        bytes[18] = (byte) 0xc3;
        Files.write(configs.path(POOL), bytes);

        assertThat(configs.errors()).containsExactly(POOL + ":2:10: is not UTF-8 here: save the file as UTF-8");
    }

    @Test
    void aFileThatEndsInTheMiddleOfALetterIsAProblem() throws IOException {
        Files.write(configs.path(POOL), new byte[] {'#', (byte) 0xe4, (byte) 0xb8});

        assertThat(configs.errors()).singleElement().asString().contains("is not UTF-8 here");
    }

    @Test
    void aByteOrderMarkIsToleratedWithAWarning() {
        configs.write(POOL, "\ufeff" + configs.read(POOL));

        assertThat(configs.warnings())
                .containsExactly(POOL + ":1:1: starts with a byte order mark: save the file as UTF-8 without it");
    }

    @Test
    void longAndInvisibleTextsAreCutAndEscaped() {
        configs.append(
                POOL,
                "\"" + "k".repeat(300) + "\" = 1\n\"a\\u001b[31m\" = 1\nfallback.strategy = \"" + "v".repeat(300)
                        + "\"\ntask_group = \"\\u202e\"\n");

        assertThat(configs.errors())
                .hasSize(4)
                .allMatch(error -> error.length() < 300)
                .noneMatch(error -> error.contains("k".repeat(81)) || error.contains("v".repeat(81)))
                .anyMatch(error -> error.contains("pool.\"a\\u001b[31m\" is not known"));
    }

    @Test
    void thousandsOfProblemsAreCut() {
        StringBuilder text = new StringBuilder(configs.read(POOL));
        for (int i = 0; i < 5000; i++) {
            text.append("zzz").append(i).append(" = 1\n");
        }
        configs.write(POOL, text.toString());

        assertThat(configs.errors()).hasSize(1001).last().asString().contains("more problems");
    }

    @Test
    void aFileThatCannotBeOpenedIsAProblem() throws IOException {
        Files.delete(configs.path(POOL));

        assertThat(configs.errors())
                .containsExactly("llms/_registry.toml:2:7: file = \"pools/p.toml\" does not exist below llms; create"
                        + " it, or write enabled = false");
    }

    @Test
    void aRegistryThatCannotBeReadStopsThere() {
        configs.write("llms/_registry.toml", "[pools\n");

        assertThat(configs.errors()).singleElement().asString().startsWith("llms/_registry.toml:1:");
    }
}

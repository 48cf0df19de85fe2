package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration comes from where the options say, whatever was guessed, and its faults too. */
class ReadAheadTest {

    @TempDir
    private Path broken;

    @BeforeEach
    void breakIt() throws Exception {
        Files.createDirectories(broken.resolve("llms/pools"));
        Files.writeString(broken.resolve("llms/pools/p.toml"), "[pool\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"serve --configs configs", "serve --port 1 --configs=configs", "serve", "serve --configs"})
    void itIsReadOnceWhereTheGuessWasRight(String arguments) throws Exception {
        ReadAhead ahead = ReadAhead.of(arguments.split(" "));
        ahead.run();
        ConfigOptions options = ConfigOptions.of("configs", null);

        assertThat(ahead.configuration(options)).isSameAs(ahead.configuration(options));
    }

    @Test
    void whereTheGuessWasWrongItsFaultsAreNobodysConcern() throws Exception {
        ReadAhead ahead = ReadAhead.of("serve", "--configs", broken.toString());
        ahead.run();

        assertThat(ahead.configuration(ConfigOptions.of("configs", null)).pools())
                .isNotEmpty();
    }

    @Test
    void anotherProfileIsAnotherConfiguration() throws Exception {
        ReadAhead ahead = ReadAhead.of("serve", "--profile=other");
        ConfigOptions options = ConfigOptions.of(null, null);

        assertThat(ahead.configuration(options)).isNotSameAs(ahead.configuration(options));
    }

    @Test
    void faultsAreTold() {
        ReadAhead ahead = ReadAhead.of("serve", "--configs=" + broken);
        ahead.run();

        assertThatThrownBy(() -> ahead.configuration(ConfigOptions.of(broken.toString(), null)))
                .isInstanceOf(BadUsageException.class)
                .hasMessageContaining("p.toml:1:");
    }

    @Test
    void whatNobodyHasBegunIsReadByWhoWantsIt() throws Exception {
        assertThat(ReadAhead.of().configuration(ConfigOptions.of(null, null)).pools())
                .isNotEmpty();
    }
}

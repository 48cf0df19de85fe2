package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParsedFilesTest {

    private final ParsedFiles parsed = new ParsedFiles();

    private Node.Table parse(String text, boolean keep) {
        return parsed.parse("f.toml", text.getBytes(StandardCharsets.UTF_8), keep, new Report())
                .orElseThrow();
    }

    @Test
    void theSameBytesAreParsedOnce() {
        assertThat(parse("a = 1", true)).isSameAs(parse("a = 1", true)).isNotSameAs(parse("a = 2", true));
    }

    @Test
    void nothingIsKeptWhenTheRegistrySaysSo() {
        assertThat(parse("a = 1", false)).isNotSameAs(parse("a = 1", false));
    }

    @Test
    void aFileWithAProblemIsParsedAgainSoThatItIsToldAgain() {
        Report report = new Report();

        parsed.parse("f.toml", "\ufeffa = 1".getBytes(StandardCharsets.UTF_8), true, new Report());
        parsed.parse("f.toml", "\ufeffa = 1".getBytes(StandardCharsets.UTF_8), true, report);

        assertThat(report.warnings()).hasSize(1);
    }

    @Test
    void aLoaderThatIsUsedAgainSeesChangesOfFilesAndOfTheEnvironment(@TempDir Path folder) throws ConfigException {
        TestConfigs configs = TestConfigs.small(folder).append("llms/pools/p.toml", "description = \"${TEXT:none}\"\n");
        ConfigLoader loader = configs.loader();

        assertThat(TestConfigs.get(loader.load(folder).pools(), "p").description())
                .isEqualTo("none");
        configs.set("TEXT", "some");
        assertThat(TestConfigs.get(loader.reload(folder, null).pools(), "p").description())
                .isEqualTo("some");
        configs.replace("llms/pools/p.toml", "${TEXT:none}", "written");
        assertThat(TestConfigs.get(loader.load(folder).pools(), "p").description())
                .isEqualTo("written");
    }
}

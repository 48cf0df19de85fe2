package dev.echelon.config;

import static dev.echelon.config.TestConfigs.SEEDS;
import static dev.echelon.config.TestConfigs.SHIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedFilesTest {

    private final Path folder;

    SeedFilesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void everySeedFileIsShippedAsItStands() throws IOException {
        try (Stream<Path> files = Files.walk(SEEDS.resolve("configs"))) {
            List<Path> seeds = files.filter(Files::isRegularFile).toList();
            assertThat(seeds).hasSize(7);
            for (Path seed : seeds) {
                assertThat(SHIPPED.resolve(
                                SEEDS.resolve("configs").relativize(seed).toString()))
                        .hasSameBinaryContentAs(seed);
            }
        }
    }

    @Test
    void theShippedFilesLoadInStrictModeWithoutASingleWarning() throws ConfigException {
        Configuration configuration = new ConfigLoader(TestConfigs.KEYS::get).load(SHIPPED);

        assertThat(configuration.loading().strict()).isTrue();
        assertThat(configuration.warnings()).isEmpty();
        assertThat(configuration.pools()).containsOnlyKeys("fast_pool", "thinking_pool", "plan_pool");
        assertThat(configuration.groups())
                .containsOnlyKeys("fast_group", "thinking_group", "plan_group", "execute_group");
        assertThat(configuration.wrappers())
                .containsOnlyKeys(
                        "fast_pool_wrapper",
                        "thinking_pool_wrapper",
                        "plan_pool_wrapper",
                        "fast_group_wrapper",
                        "thinking_group_wrapper",
                        "plan_group_wrapper",
                        "execute_group_wrapper");
        assertThat(configuration.providers()).containsOnlyKeys("openai", "anthropic");
    }

    @Test
    void theFolderOfTheLanguageModelsItselfMayBeGiven() throws ConfigException {
        ConfigLoader loader = new ConfigLoader(TestConfigs.KEYS::get);

        assertThat(loader.load(SHIPPED.resolve("llms"))).isEqualTo(loader.load(SHIPPED));
    }

    @Test
    void withoutAnyKeyTheShippedFilesLoadAndWarnAboutEachProvider() throws ConfigException {
        Map<String, String> nothing = Map.of();

        assertThat(new ConfigLoader(nothing::get).load(SHIPPED).warnings())
                .extracting(Problem::message)
                .containsExactly(
                        "the provider openai has no key, so its 4 models are left out; set OPENAI_API_KEY",
                        "the provider anthropic has no key, so its 3 models are left out; set ANTHROPIC_API_KEY");
    }

    @Test
    void thePoolThatIsTurnedOffLoadsWhenItIsTurnedOn() {
        TestConfigs configs =
                TestConfigs.shipped(folder).replace("llms/_registry.toml", "enabled = false", "enabled = true");

        assertThat(configs.load().warnings()).isEmpty();
        PoolConfig pool = TestConfigs.get(configs.load().pools(), "high_concurrency_pool");
        assertThat(pool.rotation().type()).isEqualTo(PoolConfig.RotationType.LEAST_CONNECTIONS);
        assertThat(pool.rotation().acrossAll()).isTrue();
        assertThat(pool.taskGroups()).containsExactly("fast_group", "execute_group");
    }
}

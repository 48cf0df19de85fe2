package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where files may lie: both layouts, with and without a registry, profiles, and nowhere else. */
class LayoutTest {

    private final Path folder;
    private final TestConfigs configs;

    LayoutTest(@TempDir Path folder) {
        this.folder = folder;
        configs = TestConfigs.empty(folder);
    }

    private void olderLayout() {
        TestConfigs shipped = TestConfigs.empty(TestConfigs.SHIPPED);
        for (String name : new String[] {"fast", "thinking"}) {
            configs.write(
                    "llms/polling_pools/" + name + "_pool.toml", shipped.read("llms/pools/" + name + "-pool.toml"));
            configs.write(
                    "llms/groups/" + name + "_group.toml", shipped.read("llms/task-groups/" + name + "-group.toml"));
        }
        configs.write(
                "llms/wrappers/wrappers.toml", "[wrappers]\nfast = { type = \"pool\", pool_name = \"fast_pool\" }\n");
        configs.write("llms/provider/openai.toml", """
                [provider]
                name = "openai"
                dialect = "openai"
                base_url = "https://proxy.example"
                api_key = "sk-x"
                """);
    }

    @Test
    void withoutARegistryTheFoldersOfTheOlderLayoutAreScanned() {
        olderLayout();

        Configuration configuration = configs.load();
        assertThat(configuration.pools()).containsOnlyKeys("fast_pool", "thinking_pool");
        assertThat(configuration.groups()).containsOnlyKeys("fast_group", "thinking_group");
        assertThat(configuration.wrappers()).containsOnlyKeys("fast");
        assertThat(get(configuration.providers(), "openai").baseUrl()).hasToString("https://proxy.example/v1");
        assertThat(configuration.loading()).isEqualTo(Registry.DEFAULTS);
        assertThat(configs.warnings())
                .containsExactly("llms/_registry.toml: does not exist; every file in providers, provider, pools,"
                        + " polling_pools, task-groups, task_groups, groups, wrappers is loaded");
    }

    @Test
    void aRegistryMayNameFilesOfTheOlderLayout() {
        olderLayout();
        configs.write("llms/_registry.toml", """
                [pools]
                fast_pool = { file = "polling_pools/fast_pool.toml" }
                [task_groups]
                fast_group = { file = "groups/fast_group.toml" }
                """);

        assertThat(configs.load().pools()).containsOnlyKeys("fast_pool");
        assertThat(configs.load().wrappers()).isEmpty();
        assertThat(configs.warnings()).isEmpty();
    }

    @Test
    void withoutARegistryTheFoldersOfTheNewerLayoutAreScannedToo() throws IOException {
        TestConfigs shipped = TestConfigs.shipped(folder);
        Files.delete(shipped.path("llms/_registry.toml"));
        shipped.write("llms/pools/_draft.toml", "no toml").write("llms/pools/.hidden.toml", "no toml");
        shipped.write("llms/pools/notes.txt", "no toml");

        Configuration configuration = shipped.load();
        assertThat(configuration.pools())
                .containsOnlyKeys("fast_pool", "thinking_pool", "plan_pool", "high_concurrency_pool");
        assertThat(configuration.wrappers()).hasSize(7);
        assertThat(configuration.warnings()).hasSize(1);
    }

    @Test
    void withoutARegistryTwoFilesOfOneNameAreAnError() {
        olderLayout();
        configs.write("llms/pools/other.toml", configs.read("llms/polling_pools/fast_pool.toml"));

        assertThat(configs.errors())
                .containsExactly("llms/polling_pools/fast_pool.toml:5:1: the name fast_pool is taken by"
                        + " llms/pools/other.toml:5; choose another");
    }

    @Test
    void withoutARegistryAFileThatCannotBeReadSilencesReferencesToItsKind() {
        olderLayout();
        configs.write("llms/groups/fast_group.toml", "[task_group");

        assertThat(configs.errors()).hasSize(1).allMatch(error -> error.startsWith("llms/groups/fast_group.toml:1:"));
    }

    @Test
    void aFolderWithoutFilesIsAnError() {
        configs.write("llms/README", "nothing here");

        assertThat(configs.errors())
                .containsExactly("llms/_registry.toml: does not exist, nor do files in pools, task-groups or wrappers;"
                        + " write them");
    }

    @Test
    void aFolderThatIsNoneIsAnError() {
        assertThat(configs.errors())
                .singleElement()
                .asString()
                .endsWith(": holds no folder llms; name the folder that holds llms/_registry.toml");
    }

    @Test
    void aProfileStandsInForFilesOfTheSamePath() throws ConfigException {
        TestConfigs shipped = TestConfigs.shipped(folder)
                .write(
                        "prod/llms/pools/fast-pool.toml",
                        "[pool]\nname = \"fast_pool\"\ndescription = \"prod\"\ntask_groups = [\"fast_group\"]\n");

        assertThat(get(shipped.loader().load(folder, "prod").pools(), "fast_pool")
                        .description())
                .isEqualTo("prod");
        assertThat(get(shipped.loader().load(folder.resolve("llms"), "prod").pools(), "fast_pool")
                        .description())
                .isEqualTo("prod");
        assertThat(get(shipped.load().pools(), "fast_pool").description()).isNotEqualTo("prod");
    }

    @Test
    void aProfileMayBringItsOwnRegistryAndProblemsNameItsFiles() {
        TestConfigs shipped = TestConfigs.shipped(folder);
        shipped.write("prod/llms/_registry.toml", shipped.read("llms/_registry.toml"))
                .replace("prod/llms/_registry.toml", "[registry]", "[register]");

        assertThatThrownBy(() -> shipped.loader().load(folder, "prod"))
                .hasMessage("prod/llms/_registry.toml:4:1: register is not known; did you mean registry?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "llms", "..", "../prod", "/etc", "", "pr od", "a/b"})
    void aProfileIsAFolderBesideTheFiles(String profile) {
        TestConfigs.shipped(folder);

        assertThatThrownBy(() -> configs.loader().load(folder, profile))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("is no profile");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "../outside.toml",
                "pools/../../outside.toml",
                "/etc/outside.toml",
                "..\\\\outside.toml",
                "C:\\\\outside.toml",
                "C:/outside.toml",
                "file:///outside.toml",
                "~/outside.toml",
                "./pools/p.toml",
                "pools//p.toml",
                "pools/p.toml/",
                "pools/p.toml\\u0000.toml",
                "pools/p.json",
                "pools/%2e%2e/%2e%2e/outside.toml",
                ".toml/../../outside.toml",
                "pools",
                "pools/dir.toml",
                "pools/link.toml",
                "linked/outside.toml",
                "pools/dangling.toml"
            })
    void nothingOutsideOfTheFolderIsEverRead(String path) throws IOException {
        TestConfigs small = TestConfigs.small(folder.resolve("configs"));
        configs.write("outside.toml", "secret = 1").write("configs/outside.toml", "secret = 1");
        Files.createDirectory(small.path("llms/pools/dir.toml"));
        Files.createSymbolicLink(small.path("llms/pools/link.toml"), folder.resolve("outside.toml"));
        Files.createSymbolicLink(small.path("llms/pools/dangling.toml"), folder.resolve("nowhere.toml"));
        Files.createSymbolicLink(small.path("llms/linked"), folder);
        small.replace("llms/_registry.toml", "pools/p.toml", path);

        assertThat(small.errors())
                .singleElement()
                .asString()
                .startsWith("llms/_registry.toml:2:7: file = ")
                .doesNotContain("secret");
    }

    @Test
    void aRegistryThatIsALinkOutOfTheFolderIsNotRead() throws IOException {
        TestConfigs small = TestConfigs.small(folder.resolve("configs"));
        Files.move(small.path("llms/_registry.toml"), folder.resolve("registry.toml"));
        Files.createSymbolicLink(small.path("llms/_registry.toml"), folder.resolve("registry.toml"));

        assertThat(small.errors())
                .containsExactly("llms/_registry.toml: file = \"_registry.toml\" leads out of llms; move it there");
    }

    @Test
    void linksWithinTheFolderAreFollowedAsMountedFoldersNeedThem() throws IOException {
        TestConfigs small = TestConfigs.small(folder);
        Files.createDirectory(small.path("llms/..2024"));
        Files.move(small.path("llms/pools/p.toml"), small.path("llms/..2024/p.toml"));
        Files.createSymbolicLink(small.path("llms/..data"), Path.of("..2024"));
        Files.createSymbolicLink(small.path("llms/pools/p.toml"), Path.of("../..data/p.toml"));

        assertThat(small.load().pools()).containsOnlyKeys("p");
    }

    @Test
    void noMoreThanFiveThousandFilesAreRead() {
        StringBuilder registry = new StringBuilder("[pools]\n");
        for (int i = 0; i < 5_001; i++) {
            registry.append("p")
                    .append(i)
                    .append(" = { file = \"pools/")
                    .append(i)
                    .append(".toml\" }\n");
        }
        configs.write("llms/_registry.toml", registry.toString());

        assertThat(configs.errors())
                .contains("llms/_registry.toml:5002:1: is one file too many; at most 5000 are read");
    }
}

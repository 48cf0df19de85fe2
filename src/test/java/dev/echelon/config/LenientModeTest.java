package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static dev.echelon.config.TestConfigs.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.FailureKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LenientModeTest {

    private static final String POOL = "llms/pools/p.toml";
    private static final String GROUP = "llms/task-groups/g.toml";

    private final Path folder;
    private final TestConfigs configs;

    LenientModeTest(@TempDir Path folder) {
        this.folder = folder;
        configs = TestConfigs.small(folder);
    }

    @Test
    void unknownKeysAndDifferingNamesAreWarnings() {
        configs.lenient(false)
                .append(POOL, "colour = \"red\"\n")
                .replace(POOL, "name = \"p\"", "name = \"pp\"")
                .replace("llms/wrappers/w.toml", "\"p\"", "\"pp\"");

        assertThat(configs.load().pools()).containsOnlyKeys("pp");
        assertThat(configs.warnings())
                .hasSize(2)
                .contains(POOL + ":2:1: pool.name = \"pp\" differs from its key in the registry; write \"p\"")
                .anyMatch(warning -> warning.startsWith(POOL + ":4:1: pool.colour is not known"));
    }

    @Test
    void brokenValuesGiveWayToDefaultsWhereThatIsAllowed() {
        configs.lenient(true).append(POOL, """
                        description = 3
                        rotation_strategy.type = "robin"
                        health_check = { interval = -3, failure_threshold = "many" }
                        metrics = 7
                        rate_limiting = { enabled = "yes", algorithm = 3 }
                        fallback.fallback_pools = "none"
                        """).append(GROUP, "timeout = \"long\"\ntemperature = 9\n");

        PoolConfig pool = get(configs.load().pools(), "p");
        assertThat(pool.description()).isEmpty();
        assertThat(pool.rotation().type()).isEqualTo(PoolConfig.RotationType.ROUND_ROBIN);
        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(30), 3, seconds(60)));
        TaskGroupConfig.Echelon echelon = get(get(configs.load().groups(), "g").echelons(), "e1");
        assertThat(echelon.timeout()).isEqualTo(seconds(30));
        assertThat(echelon.temperature()).isNull();
        assertThat(configs.warnings())
                .containsExactly(
                        POOL + ":4:1: pool.description is 3; write a text in quotes; \"\" is used instead",
                        POOL + ":5:1: pool.rotation_strategy.type = \"robin\" is none of round_robin, random, weighted,"
                                + " least_connections; \"round_robin\" is used instead",
                        POOL + ":6:18: pool.health_check.interval = -3 is out of range; write a number greater than 0;"
                                + " 30 is used instead",
                        POOL + ":6:33: pool.health_check.failure_threshold is \"many\"; write a whole number greater"
                                + " than 0; 3 is used instead",
                        POOL + ":7:1: pool.metrics is 7; write a table [pool.metrics]; an empty table is used instead",
                        POOL + ":8:19: pool.rate_limiting.enabled is \"yes\"; write true or false; true is used"
                                + " instead",
                        POOL + ":8:36: pool.rate_limiting.algorithm is 3; write a text in quotes; \"token_bucket\" is"
                                + " used instead",
                        POOL + ":9:1: pool.fallback.fallback_pools is \"none\"; write a list of texts, like"
                                + " [\"a\", \"b\"]; an empty list is used instead",
                        GROUP + ":8:1: task_group.echelons.e1.timeout is \"long\"; write a number greater than 0; 30 is"
                                + " used instead",
                        GROUP + ":9:1: task_group.echelons.e1.temperature = 9 is out of range; write a number from 0 to"
                                + " 2; the caller's value is used instead");
    }

    @Test
    void brokenValuesAreErrorsWhereDefaultsAreNotAllowed() {
        configs.lenient(false).append(POOL, "health_check.interval = -3\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":4:1: pool.health_check.interval = -3 is out of range; write a number greater than 0");
    }

    @Test
    void aReloadNeverPutsInDefaults() {
        configs.lenient(true).append(POOL, "health_check.interval = -3\n");

        assertThatThrownBy(() -> configs.loader().reload(folder, null))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("pool.health_check.interval = -3 is out of range");
    }

    @Test
    void whatHasNoDefaultStaysAnError() {
        configs.lenient(true)
                .replace(POOL, "name = \"p\"\n", "")
                .replace(POOL, "[\"g\"]", "[\"g\", \"x\"]")
                .replace(GROUP, "priority = 1", "priority = \"first\"");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":1:1: pool has no name; write name = \"p\"",
                        POOL + ":2:21: pool.task_groups names \"x\", which does not exist in task_groups; write a file"
                                + " for it and register it, or take the name out",
                        GROUP + ":7:1: task_group.echelons.e1.priority is \"first\"; write a whole number greater than"
                                + " 0");
    }

    @Test
    void theDetailedStrategyWins() {
        configs.lenient(false)
                .replace(GROUP, "name = \"g\"", "name = \"g\"\nfallback_strategy = \"echelon_down\"")
                .append(GROUP, "[task_group.fallback]\nstrategy = \"group_fallback\"\n");

        assertThat(get(configs.load().groups(), "g").fallback().strategy())
                .isEqualTo(TaskGroupConfig.FallbackStrategy.GROUP_FALLBACK);
        assertThat(configs.warnings()).hasSize(1);
    }

    @Test
    void anEchelonThatNothingReachesIsAWarning() {
        configs.lenient(false)
                .write(POOL, "[pool]\nname = \"p\"\ntask_groups = [\"g.e1\"]\n")
                .append(GROUP, """
                        [task_group.echelons.e2]
                        models = ["openai:x"]
                        concurrency_limit = 1
                        rpm_limit = 2
                        priority = 2
                        [task_group.fallback]
                        fallback_groups = ["g.e1"]
                        """);

        assertThat(configs.warnings()).hasSize(1).allMatch(warning -> warning.contains("never reaches g.e2"));
    }

    @Test
    void aListThatIsNoneGivesWayToItsDefaultButNotWhereItIsNeeded() {
        configs.lenient(true).append("llms/wrappers/w.toml", "error_handling.retry_on_errors = 3\n");

        assertThat(configs.load().defaults().errorHandling().retryOnErrors())
                .containsExactlyInAnyOrder(FailureKind.TIMEOUT, FailureKind.RATE_LIMIT, FailureKind.NETWORK_ERROR);

        configs.replace(GROUP, "[\"openai:gpt-4o\", \"anthropic:claude\"]", "[3]")
                .replace(POOL, "[\"g\"]", "true");
        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":3:1: pool.task_groups is true; write a list of texts, like [\"a\", \"b\"]",
                        GROUP + ":4:11: an entry of task_group.echelons.e1.models is 3; write a text in quotes");
    }

    @Test
    void aFileThatIsAboutNothingStaysAnError() {
        configs.lenient(true).write(POOL, "pool = 3\n");

        assertThat(configs.errors()).containsExactly(POOL + ":1:1: pool is 3; write a table [pool]");
    }
}

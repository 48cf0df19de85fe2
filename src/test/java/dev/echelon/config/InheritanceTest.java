package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static dev.echelon.config.TestConfigs.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InheritanceTest {

    private static final String POOL = "llms/pools/p.toml";

    private final TestConfigs configs;

    InheritanceTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    private PoolConfig pool(String text) {
        configs.write(POOL, text);
        return get(configs.load().pools(), "p");
    }

    @Test
    void tablesMergeDeepAndArraysAreReplaced() {
        configs.append("llms/_registry.toml", "[dependencies]\n");
        PoolConfig pool = pool("""
                [base_pool]
                description = "from the base"
                task_groups = ["nowhere"]
                health_check = { interval = 1, failure_threshold = 2 }
                [base_pool.metadata]
                a = 1
                b = 1
                [pool]
                inherits_from = "base_pool"
                name = "p"
                task_groups = ["g"]
                health_check.interval = 9
                metadata.b = 2
                """);

        assertThat(pool.description()).isEqualTo("from the base");
        assertThat(pool.taskGroups()).containsExactly("g");
        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(9), 2, seconds(60)));
        assertThat(pool.metadata()).isEqualTo(Map.of("a", 1L, "b", 2L));
    }

    @Test
    void flatKeysOverrideNestedOnesOfTheBaseAndTheOtherWayRound() {
        PoolConfig pool = pool("""
                [base_pool]
                health_check.interval = 1
                failure_threshold = 2
                recovery_time = 3
                [pool]
                inherits_from = "base_pool"
                name = "p"
                task_groups = ["g"]
                health_check_interval = 10
                health_check.failure_threshold = 20
                """);

        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(10), 20, seconds(3)));
    }

    @Test
    void oneValueInBothSpellingsOfOneTableIsAnError() {
        configs.append(POOL, "recovery_time = 1\nhealth_check.recovery_time = 2\n");

        assertThat(configs.errors())
                .containsExactly(POOL + ":4:1: recovery_time stands here and in health_check.recovery_time, which"
                        + " counts; keep one of them");
    }

    @Test
    void aBaseMayInheritAndMayStandInAnotherFile() {
        configs.append("llms/task-groups/g.toml", "[base_of_bases]\nrecovery_time = 5\nfailure_threshold = 5\n");

        PoolConfig pool = pool("""
                [base_pool]
                inherits_from = "base_of_bases"
                recovery_time = 6
                [pool]
                inherits_from = "base_pool"
                name = "p"
                task_groups = ["g"]
                """);

        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(30), 5, seconds(6)));
    }

    @Test
    void aFileThatIsTurnedOffMayHoldBases() {
        configs.replace(
                        "llms/_registry.toml",
                        "[task_groups]",
                        "bases = { file = \"pools/bases.toml\", enabled = false }\n[task_groups]")
                .set("TEXT", "expanded")
                .write("llms/pools/bases.toml", "[shared]\ndescription = \"${TEXT}\"\n");

        assertThat(pool("[pool]\ninherits_from = \"shared\"\nname = \"p\"\ntask_groups = [\"g\"]\n")
                        .description())
                .isEqualTo("expanded");
    }

    @Test
    void echelonsMayInheritToo() {
        configs.write("llms/task-groups/g.toml", """
                [small]
                concurrency_limit = 3
                rpm_limit = 4
                [task_group]
                name = "g"
                [task_group.echelons.e1]
                inherits_from = "small"
                models = ["openai:gpt-4o"]
                priority = 1
                """);

        assertThat(get(get(configs.load().groups(), "g").echelons(), "e1").concurrencyLimit())
                .isEqualTo(3);
    }

    @Test
    void aCircleIsAnError() {
        configs.write(POOL, """
                [a]
                inherits_from = "b"
                [b]
                inherits_from = "a"
                [pool]
                inherits_from = "a"
                name = "p"
                task_groups = ["g"]
                """);

        assertThat(configs.errors())
                .containsExactly(POOL + ":4:1: inherits_from = \"a\" leads in a circle; take it out of one table");
    }

    @Test
    void aTableInsideItsOwnBaseIsACircleToo() {
        configs.write(POOL, """
                [a]
                x = { inherits_from = "a" }
                [pool]
                inherits_from = "a"
                name = "p"
                task_groups = ["g"]
                """);

        assertThat(configs.errors()).anyMatch(error -> error.startsWith(POOL + ":2:7: inherits_from = \"a\" leads"));
    }

    @Test
    void anUnknownBaseIsAnErrorWithAHint() {
        configs.append(POOL, "inherits_from = \"base_pol\"\n[base_pool]\n");

        assertThat(configs.errors())
                .containsExactly(POOL + ":4:1: inherits_from = \"base_pol\" names a table that no registered file has;"
                        + " did you mean base_pool?; add the table [base_pol] or take the line out");
    }

    @Test
    void aBaseThatTwoFilesHaveIsAnError() {
        configs.append("llms/task-groups/g.toml", "[base_x]\n")
                .append("llms/wrappers/w.toml", "[base_x]\n")
                .append(POOL, "inherits_from = \"base_x\"\n");

        assertThat(configs.errors())
                .containsExactly(POOL + ":4:1: inherits_from = \"base_x\" names a table of several files"
                        + " (llms/task-groups/g.toml, llms/wrappers/w.toml); rename all but one");
    }

    @Test
    void aBaseThatIsNoTextIsAnError() {
        configs.append(POOL, "inherits_from = 3\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":4:1: inherits_from is 3; write the name of a table in quotes, like \"base_pool\"");
    }

    @Test
    void aTableThatNobodyInheritsFromIsUnknownUnlessItIsCalledABase() {
        configs.append(POOL, "[base_unused]\na = 1\n[polo]\n");

        assertThat(configs.errors()).containsExactly(POOL + ":6:1: polo is not known; did you mean pool?");
    }

    @Test
    void aChainThatIsTooLongIsAnError() {
        StringBuilder text = new StringBuilder("[pool]\nname = \"p\"\ntask_groups = [\"g\"]\ninherits_from = \"t0\"\n");
        for (int i = 0; i < 5000; i++) {
            text.append("[t")
                    .append(i)
                    .append("]\ninherits_from = \"t")
                    .append(i + 1)
                    .append("\"\n");
        }
        configs.write(POOL, text.append("[t5000]\n").toString());

        assertThat(configs.errors())
                .contains(POOL + ":68:1: inherits_from goes through more than 32 tables; write fewer");
    }

    @Test
    void aTreeThatGrowsWithoutEndIsAnError() {
        StringBuilder text = new StringBuilder("[pool]\nname = \"p\"\ntask_groups = [\"g\"]\ninherits_from = \"t0\"\n");
        for (int i = 0; i < 12; i++) {
            text.append("[t").append(i).append("]\n");
            for (int j = 0; j < 10; j++) {
                text.append("k")
                        .append(j)
                        .append(" = { inherits_from = \"t")
                        .append(i + 1)
                        .append("\" }\n");
            }
        }
        configs.write(POOL, text.append("[t12]\n").toString());

        assertThat(configs.errors()).anyMatch(error -> error.contains("inherits more than 100000 values"));
    }
}

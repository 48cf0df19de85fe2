package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names across files: references, circles, weights, echelons that nothing reaches, the declared dependencies. */
class ReferencesTest {

    private static final String REGISTRY = "llms/_registry.toml";
    private static final String FAST_POOL = "llms/pools/fast-pool.toml";
    private static final String THINKING_POOL = "llms/pools/thinking-pool.toml";
    private static final String FAST_GROUP = "llms/task-groups/fast-group.toml";
    private static final String THINKING_GROUP = "llms/task-groups/thinking-group.toml";
    private static final String WRAPPERS = "llms/wrappers/pool-wrappers.toml";

    private final TestConfigs configs;

    ReferencesTest(@TempDir Path folder) {
        configs = TestConfigs.shipped(folder);
    }

    @Test
    void everyKindOfReferenceMustExist() {
        configs.replace(FAST_POOL, "task_groups = [\"fast_group\"]", "task_groups = [\"fast_gruop\"]")
                .replace(THINKING_POOL, "fallback_pools = [\"fast_pool\"]", "fallback_pools = [\"slow_pool\"]")
                .replace(FAST_GROUP, "\"fast_group.echelon3\"", "\"fast_group.echelon4\"")
                .replace(WRAPPERS, "\"plan_pool\"", "\"plan_pol\"");

        assertThat(configs.errors())
                .containsExactly(
                        FAST_POOL + ":10:16: pool.task_groups names \"fast_gruop\", which does not exist in"
                                + " task_groups; did you mean fast_group?; write a file for it and register it, or take"
                                + " the name out",
                        THINKING_POOL + ":33:19: pool.fallback.fallback_pools names \"slow_pool\", which does not exist"
                                + " in pools; did you mean plan_pool?; write a file for it and register it, or take the"
                                + " name out",
                        FAST_GROUP + ":20:43: task_group.fallback.fallback_groups names \"fast_group.echelon4\", but"
                                + " fast_group has the echelons echelon1, echelon2, echelon3; did you mean echelon1?",
                        WRAPPERS + ":24:3: pool_name names \"plan_pol\", which does not exist in pools; did you mean"
                                + " plan_pool?; write a file for it and register it, or take the name out");
    }

    @Test
    void whatIsReferredToMustBeTurnedOn() {
        configs.replace(REGISTRY, "fast-pool.toml\", enabled = true", "fast-pool.toml\", enabled = false");

        assertThat(configs.errors())
                .containsExactly(
                        REGISTRY + ":43:18: dependencies.pool_wrappers names \"fast_pool\", which the registry turns"
                                + " off; enable it, or take the name out",
                        THINKING_POOL + ":33:19: pool.fallback.fallback_pools names \"fast_pool\", which the registry"
                                + " turns off; enable it there, or take the name out",
                        WRAPPERS + ":8:3: pool_name names \"fast_pool\", which the registry turns off; enable it there,"
                                + " or take the name out");
    }

    @Test
    void aFileThatCannotBeReadIsOneProblemAndNotOneForEachReferenceToIt() {
        configs.write(FAST_GROUP, "[task_group\n").write(FAST_POOL, "[pool]\nname =\n");

        assertThat(configs.errors())
                .hasSize(2)
                .allMatch(error -> error.contains("is no TOML"))
                .anyMatch(error -> error.startsWith(FAST_POOL + ":2:"))
                .anyMatch(error -> error.startsWith(FAST_GROUP + ":1:"));
    }

    @Test
    void poolsThatFallBackInACircleAreAnError() {
        configs.replace(FAST_POOL, "strategy = \"instance_rotation\"", "strategy = \"pool_fallback\"")
                .replace(FAST_POOL, "fallback_pools = []", "fallback_pools = [\"plan_pool\"]");

        assertThat(configs.errors())
                .containsExactly(THINKING_POOL + ":33:19: pool.fallback.fallback_pools leads in a circle: fast_pool ->"
                        + " plan_pool -> thinking_pool -> fast_pool; take \"fast_pool\" out");
    }

    @Test
    void aPoolThatFallsBackToItselfIsAnError() {
        configs.replace(THINKING_POOL, "fallback_pools = [\"fast_pool\"]", "fallback_pools = [\"thinking_pool\"]");

        assertThat(configs.errors())
                .containsExactly(THINKING_POOL + ":33:19: pool.fallback.fallback_pools leads in a circle: thinking_pool"
                        + " -> thinking_pool; take \"thinking_pool\" out");
    }

    @Test
    void fallbackPoolsThatNeverCountAreAWarning() {
        configs.replace(FAST_POOL, "fallback_pools = []", "fallback_pools = [\"plan_pool\"]");

        assertThat(configs.warnings())
                .containsExactly(FAST_POOL + ":31:1: pool.fallback.fallback_pools counts with strategy ="
                        + " \"pool_fallback\" only, and is ignored");
    }

    @Test
    void aFallbackToNoPoolIsAWarning() {
        configs.replace(THINKING_POOL, "fallback_pools = [\"fast_pool\"]", "fallback_pools = []");

        assertThat(configs.warnings())
                .containsExactly(
                        THINKING_POOL + ":33:1: pool.fallback.fallback_pools is empty: nothing follows this pool");
    }

    @Test
    void weightsMustNameSomethingOfThePool() {
        configs.replace(THINKING_POOL, "\"thinking_group.echelon3\" = 1", "\"fast_group.echelon1\" = 1")
                .replace(THINKING_POOL, "\"thinking_group.echelon1\" = 10", "\"thinking_group.echelon1\" = -1");

        assertThat(configs.errors())
                .containsExactly(
                        THINKING_POOL + ":18:5: pool.rotation_strategy.options.weights.\"thinking_group.echelon1\" = -1"
                                + " is out of range; write a whole number from 0 to 1000000",
                        THINKING_POOL + ":20:5: \"fast_group.echelon1\" names nothing in this pool; write a"
                                + " group, group.echelon or group.echelon/provider:model of its task_groups");
    }

    @Test
    void aWeightMayNameAGroupAnEchelonAndAnInstance() {
        configs.replace(
                THINKING_POOL,
                "\"thinking_group.echelon1\" = 10",
                "thinking_group = 2, \"thinking_group.echelon1/openai:gpt-4\" = 10");

        assertThat(get(configs.load().pools(), "thinking_pool").rotation().weights())
                .containsEntry("thinking_group", 2)
                .containsEntry("thinking_group.echelon1/openai:gpt-4", 10);
        assertThat(configs.warnings()).isEmpty();
    }

    @Test
    void weightsThatNeverCountAreWarnings() {
        configs.replace(
                THINKING_POOL,
                "\"thinking_group.echelon3\" = 1",
                "thinking_group = 1, \"thinking_group.echelon3\" = 1");
        assertThat(configs.warnings())
                .containsExactly(THINKING_POOL + ":20:5: the weight of \"thinking_group\" never counts: more specific"
                        + " ones cover it");

        configs.write(THINKING_POOL, weighted("weights = { thinking_group = 3 }"));
        assertThat(configs.warnings())
                .containsExactly(THINKING_POOL + ":6:13: weights of whole groups never count, since each echelon is a"
                        + " tier of its own; write across = \"all\" in the options, or name echelons");

        configs.write(THINKING_POOL, weighted("weights = { thinking_group = 3 }, across = \"all\""));
        assertThat(configs.warnings()).isEmpty();

        configs.write(THINKING_POOL, weighted("weights = { \"thinking_group.echelon1\" = 0 }"));
        assertThat(configs.warnings())
                .containsExactly(THINKING_POOL + ":6:13: all weights are 0; every echelon counts the same");

        configs.write(THINKING_POOL, weighted(""));
        assertThat(configs.warnings())
                .containsExactly(THINKING_POOL + ":6:1: pool.rotation_strategy is weighted without weights; every"
                        + " echelon counts 1");
    }

    private static String weighted(String options) {
        return "[pool]\nname = \"thinking_pool\"\ntask_groups = [\"thinking_group\"]\n"
                + "[pool.rotation_strategy]\ntype = \"weighted\"\noptions = { " + options + " }\n";
    }

    @Test
    void weightsWithAnotherStrategyAreIgnoredWithAWarning() {
        configs.replace(THINKING_POOL, "\"weighted\"", "\"random\"");

        assertThat(get(configs.load().pools(), "thinking_pool").rotation().weights())
                .isEmpty();
        assertThat(configs.warnings())
                .containsExactly(THINKING_POOL + ":17:1: pool.rotation_strategy.options.weights counts with type ="
                        + " \"weighted\" only, and is ignored");
    }

    @Test
    void acrossKnowsOneWord() {
        configs.replace(FAST_POOL, "weights = {}", "across = \"tiers\"");

        assertThat(configs.errors())
                .containsExactly(FAST_POOL + ":19:1: pool.rotation_strategy.options.across = \"tiers\" is none of all");
    }

    @Test
    void oneEchelonNamedTwiceInAPoolIsAWarning() {
        configs.replace(
                FAST_POOL,
                "task_groups = [\"fast_group\"]",
                "task_groups = [\"fast_group\", \"fast_group.echelon1\", \"plan_group.echelon1\"]");

        assertThat(configs.warnings())
                .containsExactly(
                        REGISTRY + ":38:1: dependencies.fast_pool leaves out plan_group, which pools/fast-pool.toml"
                                + " uses",
                        FAST_POOL + ":10:30: pool.task_groups names echelons of fast_group twice");
    }

    @Test
    void anEchelonThatOnlyPoolsReachIsAWarning() {
        configs.replace(THINKING_GROUP, "max_attempts = 2", "max_attempts = 1");

        assertThat(configs.warnings())
                .containsExactly(
                        THINKING_GROUP
                                + ":50:1: task_group.fallback never reaches thinking_group.echelon3 (max_attempts = 1 tiers after the first); only pools or other groups do");
    }

    @Test
    void anEchelonThatNothingReachesIsAnError() {
        configs.replace("llms/task-groups/execute-group.toml", "max_attempts = 3", "max_attempts = 1");

        assertThat(configs.errors())
                .containsExactly(
                        "llms/task-groups/execute-group.toml:50:1: task_group.fallback never reaches execute_group.echelon3 (max_attempts = 1 tiers after the first), nor does any pool or other group; list it in fallback_groups, raise max_attempts, or take it out");
    }

    @Test
    void anotherGroupsFallbackReachesAnEchelon() {
        configs.replace("llms/task-groups/execute-group.toml", "max_attempts = 3", "max_attempts = 1")
                .replace(
                        FAST_GROUP,
                        "[\"fast_group.echelon2\", \"fast_group.echelon3\"]",
                        "[\"execute_group.echelon3\", \"fast_group\"]");

        assertThat(configs.warnings())
                .containsExactly(
                        "llms/task-groups/execute-group.toml:50:1: task_group.fallback never reaches execute_group.echelon3 (max_attempts = 1 tiers after the first); only pools or other groups do");
    }

    @Test
    void withoutAListAGroupReachesItsOwnEchelonsInOrder() {
        configs.replace(
                        "llms/task-groups/execute-group.toml",
                        "fallback_groups = [\"execute_group.echelon2\", \"execute_group.echelon3\"]",
                        "")
                .replace("llms/task-groups/execute-group.toml", "max_attempts = 3", "max_attempts = 2");

        assertThat(configs.warnings()).isEmpty();
    }

    @Test
    void dependenciesMustExistAndAgreeWithTheFiles() {
        configs.replace(REGISTRY, "fast_pool = [\"fast_group\"]", "fast_pol = [\"fast_group\"]")
                .replace(REGISTRY, "thinking_pool = [\"thinking_group\"]", "thinking_pool = [\"thinking_grup\"]")
                .replace(REGISTRY, "plan_pool = [\"plan_group\"]", "plan_pool = [3]");

        assertThat(configs.errors())
                .containsExactly(
                        REGISTRY + ":38:1: dependencies.fast_pol is registered nowhere; did you mean fast_pool?;"
                                + " register it, or take the line out",
                        REGISTRY + ":39:18: dependencies.thinking_pool names \"thinking_grup\", which does not exist;"
                                + " did you mean thinking_group?; register it, or take the name out",
                        REGISTRY + ":40:14: an entry of dependencies.plan_pool is 3; write a text in quotes");
    }

    @Test
    void dependenciesThatDisagreeAreWarnings() {
        configs.replace(REGISTRY, "fast_pool = [\"fast_group\"]", "fast_pool = [\"plan_group\"]")
                .replace(
                        REGISTRY,
                        "\nthinking_pool = [\"thinking_group\"]",
                        "\nthinking_pool = [\"thinking_group\", \"fast_pool\"]")
                .append(REGISTRY, "fast_group = [\"openai\"]\nhigh_concurrency_pool = [\"fast_group\"]\n");

        assertThat(configs.warnings())
                .containsExactly(
                        REGISTRY + ":38:1: dependencies.fast_pool leaves out fast_group, which pools/fast-pool.toml"
                                + " uses",
                        REGISTRY
                                + ":38:14: dependencies.fast_pool lists \"plan_group\", which pools/fast-pool.toml does"
                                + " not use");
    }
}

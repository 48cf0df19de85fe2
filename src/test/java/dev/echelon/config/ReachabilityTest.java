package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReachabilityTest {

    private final TestConfigs configs;

    ReachabilityTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    private List<String> problems() {
        return Reachability.problems(configs.load()).stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void oneKeyIsEnough() {
        configs.unset("ANTHROPIC_API_KEY");

        assertThat(problems()).isEmpty();
    }

    @Test
    void withoutKeysEachTargetIsToldWithTheVariablesThatWouldDo() {
        configs.unset("ANTHROPIC_API_KEY")
                .unset("OPENAI_API_KEY")
                .append("llms/wrappers/w.toml", "[wrappers.one]\ntype = \"direct\"\nmodel = \"openai:o3\"\n")
                .append("llms/wrappers/w.toml", "[wrappers.wg]\ntype = \"task_group\"\ntask_group_name = \"g\"\n");

        assertThat(problems())
                .containsExactly(
                        "llms: g, p, wp, wg have no model with a key: set ANTHROPIC_API_KEY or OPENAI_API_KEY",
                        "llms: one has no model with a key: set OPENAI_API_KEY");
    }

    @Test
    void theKeyOfAnEchelonIsEnoughForItsModels() {
        configs.unset("OPENAI_API_KEY")
                .replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .append("llms/task-groups/g.toml", "api_key = \"sk-team\"\n");

        assertThat(problems()).isEmpty();
        assertThat(Reachability.problems(configs.load().withoutEchelonOverrides()))
                .hasSize(1);
    }

    @Test
    void aFallbackIsEnough() {
        configs.unset("OPENAI_API_KEY")
                .replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .replace(
                        "llms/_registry.toml",
                        "[global]",
                        "[pools.q]\nfile = \"pools/q.toml\"\n[task_groups.h]\nfile = \"task-groups/h.toml\"\n[global]")
                .write("llms/pools/q.toml", "[pool]\nname = \"q\"\ntask_groups = [\"h\"]\n")
                .write("llms/task-groups/h.toml", """
                        [task_group]
                        name = "h"
                        [task_group.echelons.e1]
                        models = ["anthropic:claude"]
                        concurrency_limit = 1
                        rpm_limit = 2
                        priority = 1
                        """);
        assertThat(problems()).containsExactly("llms: g, p, wp have no model with a key: set OPENAI_API_KEY");

        configs.append("llms/pools/p.toml", "[pool.fallback]\nstrategy = \"pool_fallback\"\nfallback_pools = [\"q\"]\n")
                .append("llms/task-groups/g.toml", "[task_group.fallback]\nfallback_groups = [\"h.e1\"]\n");
        assertThat(problems()).isEmpty();
    }

    @Test
    void aProviderWithoutAVariableIsNamed() {
        configs.unset("OPENAI_API_KEY")
                .replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .append("llms/_registry.toml", "[providers]\nopenai = { file = \"providers/openai.toml\" }\n")
                .write(
                        "llms/providers/openai.toml",
                        "[provider]\nname = \"openai\"\ndialect = \"openai\"\nbase_url = \"https://x.example\"\napi_key"
                                + " = \"\"\n");

        assertThat(problems()).contains("llms: g, p, wp have no model with a key: set the api_key of openai");
    }
}

package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.cli.TestGateway;
import dev.echelon.config.ConfigLoader;
import dev.echelon.config.Configuration;
import dev.echelon.domain.Plan;
import dev.echelon.model.Dialects;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tiers that configurations come to. */
class PlannerTest {

    private static final Map<String, String> KEYS = Map.of("OPENAI_API_KEY", "one", "ANTHROPIC_API_KEY", "two");

    @TempDir
    private Path folder;

    private static List<List<String>> pool(Configuration configuration, String name) {
        return tiers(planner(configuration)
                .pool(Objects.requireNonNull(configuration.pools().get(name))));
    }

    private static List<List<String>> group(Configuration configuration, String name) {
        return tiers(planner(configuration)
                .group(Objects.requireNonNull(configuration.groups().get(name))));
    }

    private static Planner planner(Configuration configuration) {
        return new Planner(configuration, topology(configuration), new Nodes(1, false), () -> 0);
    }

    private static Topology topology(Configuration configuration) {
        return new TopologyBuilder(configuration, Dialects.standard(Clock.systemUTC())).build();
    }

    private static List<List<String>> tiers(Plan plan) {
        return plan.tiers().stream()
                .map(tier ->
                        tier.candidates().stream().map(it -> it.instance().id()).toList())
                .toList();
    }

    private TestGateway.ConfigFiles files() throws Exception {
        return TestGateway.in(folder)
                .provider("a", "openai", "http://localhost:1/v1")
                .provider("b", "openai", "http://localhost:2/v1");
    }

    private static String echelon(String name, int priority, String models) {
        return """
                [task_group.echelons.%s]
                models = [%s]
                concurrency_limit = 10
                rpm_limit = 100
                priority = %d
                """.formatted(name, models, priority);
    }

    private static String groupOf(String name, String fallback, String... echelons) {
        return "[task_group]\nname = \"%s\"\n%s\n%s".formatted(name, fallback, String.join("\n", echelons));
    }

    private static String poolOf(String name, String groups, String rest) {
        return "[pool]\nname = \"%s\"\ntask_groups = [%s]\n%s\n".formatted(name, groups, rest);
    }

    @Test
    void theSeedsFastPoolWalksItsGroupsEchelons() throws Exception {
        Configuration configuration = new ConfigLoader(KEYS::get).load(Path.of("configs"));

        List<List<String>> tiers = List.of(
                List.of("fast_group.echelon1/openai:gpt-4o", "fast_group.echelon1/anthropic:claude-3-5-sonnet"),
                List.of("fast_group.echelon2/openai:gpt-4o-mini", "fast_group.echelon2/anthropic:claude-3-haiku"),
                List.of("fast_group.echelon3/openai:gpt-3.5-turbo"));
        assertThat(pool(configuration, "fast_pool")).isEqualTo(tiers);
        assertThat(group(configuration, "fast_group")).isEqualTo(tiers);
    }

    @Test
    void theSeedsThinkingPoolIsFlatAndFallsBackToTheFastOne() throws Exception {
        Configuration configuration = new ConfigLoader(KEYS::get).load(Path.of("configs"));
        Plan plan = planner(configuration)
                .pool(Objects.requireNonNull(configuration.pools().get("thinking_pool")));

        assertThat(plan.tiers())
                .extracting(Plan.Tier::owner)
                .containsExactly("thinking_pool", "fast_pool", "fast_pool", "fast_pool");
        assertThat(plan.tiers().get(0).name()).isEqualTo("thinking_pool");
        assertThat(plan.tiers().get(0).maxInstanceAttempts()).isEqualTo(1);
        assertThat(plan.tiers().get(1).maxInstanceAttempts()).isEqualTo(2);
        assertThat(tiers(plan).get(0))
                .hasSize(5)
                .first()
                .isEqualTo("thinking_group.echelon1/anthropic:claude-3-5-sonnet");
        assertThat(plan.tiers().get(1).candidates().get(0).path())
                .containsExactly("pool:thinking_pool", "pool:fast_pool", "instance:fast_group.echelon1/openai:gpt-4o");
    }

    @Test
    void theThinkingPoolsWeightsAreExact() throws Exception {
        Configuration configuration = new ConfigLoader(KEYS::get).load(Path.of("configs"));
        Plan.Tier tier = planner(configuration)
                .pool(Objects.requireNonNull(configuration.pools().get("thinking_pool")))
                .tiers()
                .get(0);

        Map<String, Integer> picks = new java.util.TreeMap<>();
        for (int i = 0; i < 1_600; i++) {
            Plan.Candidate picked = tier.strategy().pick(tier.candidates(), false, it -> true, it -> 0);
            picks.merge(Objects.requireNonNull(picked).instance().echelon(), 1, Integer::sum);
        }
        assertThat(picks)
                .isEqualTo(Map.of(
                        "thinking_group.echelon1", 1_000,
                        "thinking_group.echelon2", 500,
                        "thinking_group.echelon3", 100));
    }

    @Test
    void withOneKeyTheOtherProvidersInstancesAreLeftOut() throws Exception {
        Configuration configuration = new ConfigLoader(Map.of("OPENAI_API_KEY", "one")::get).load(Path.of("configs"));

        assertThat(group(configuration, "fast_group"))
                .containsExactly(
                        List.of("fast_group.echelon1/openai:gpt-4o"),
                        List.of("fast_group.echelon2/openai:gpt-4o-mini"),
                        List.of("fast_group.echelon3/openai:gpt-3.5-turbo"));
    }

    @Test
    void echelonsOfEqualPriorityAreOneTier() throws Exception {
        Configuration configuration = files().file(
                        "task-groups/g.toml",
                        groupOf(
                                "g",
                                "",
                                echelon("x", 2, "\"a:m1\""),
                                echelon("y", 1, "\"a:m2\""),
                                echelon("z", 2, "\"b:m3\"")))
                .file("pools/p.toml", poolOf("p", "\"g\"", ""))
                .load();

        List<List<String>> tiers = List.of(List.of("g.y/a:m2"), List.of("g.x/a:m1", "g.z/b:m3"));
        assertThat(group(configuration, "g")).isEqualTo(tiers);
        assertThat(pool(configuration, "p")).isEqualTo(tiers);
    }

    @Test
    void aPoolGoesThroughItsGroupsInTheirOrder() throws Exception {
        Configuration configuration = files().file(
                        "task-groups/g.toml",
                        groupOf("g", "", echelon("x", 1, "\"a:m1\""), echelon("y", 2, "\"a:m2\"")))
                .file("task-groups/h.toml", groupOf("h", "", echelon("x", 1, "\"b:m1\""), echelon("y", 2, "\"b:m2\"")))
                .file("pools/p.toml", poolOf("p", "\"h.y\", \"g\"", ""))
                .load();

        assertThat(pool(configuration, "p"))
                .containsExactly(List.of("h.y/b:m2"), List.of("g.x/a:m1"), List.of("g.y/a:m2"));
    }

    @Test
    void acrossAllMakesOneTier() throws Exception {
        Configuration configuration = files().file(
                        "task-groups/g.toml",
                        groupOf("g", "", echelon("x", 1, "\"a:m1\""), echelon("y", 2, "\"a:m2\"")))
                .file("pools/p.toml", poolOf("p", "\"g\"", """
                        [pool.rotation_strategy]
                        type = "round_robin"
                        [pool.rotation_strategy.options]
                        across = "all"
                        """))
                .load();

        assertThat(pool(configuration, "p")).containsExactly(List.of("g.x/a:m1", "g.y/a:m2"));
    }

    @Test
    void aGroupFollowsItsFallbackListAsFarAsItMay() throws Exception {
        TestGateway.ConfigFiles files = files().file(
                        "task-groups/h.toml",
                        groupOf("h", "", echelon("x", 1, "\"b:m1\""), echelon("y", 2, "\"b:m2\"")));
        String fallback = """
                [task_group.fallback]
                fallback_groups = ["h", "g.y"]
                max_attempts = %d
                """;
        String[] echelons = {echelon("x", 1, "\"a:m1\""), echelon("y", 2, "\"a:m2\"")};
        files.file("pools/p.toml", poolOf("p", "\"g\"", ""));

        files.file("task-groups/g.toml", groupOf("g", fallback.formatted(3), echelons));
        assertThat(group(files.load(), "g"))
                .containsExactly(List.of("g.x/a:m1"), List.of("h.x/b:m1"), List.of("h.y/b:m2"), List.of("g.y/a:m2"));
        files.file("task-groups/g.toml", groupOf("g", fallback.formatted(2), echelons));
        assertThat(group(files.load(), "g")).hasSize(3).endsWith(List.of("h.y/b:m2"));
        assertThat(pool(files.load(), "p"))
                .as("a pool has its own order")
                .containsExactly(List.of("g.x/a:m1"), List.of("g.y/a:m2"));
    }

    @Test
    void modelsThatNothingNamesAreThereOnlyWhereDirectIsAllowed() throws Exception {
        TestGateway.ConfigFiles files =
                files().file("task-groups/g.toml", groupOf("g", "", echelon("x", 1, "\"a:m1\"")));
        assertThat(topology(files.load()).models()).containsOnlyKeys("a:m1");

        files.file("wrappers/w.toml", "[global]\nallow_direct = true\n");
        assertThat(topology(files.load()).models()).containsKeys("a:m1", "a:*", "b:*");
    }

    @Test
    void aModelReferenceHasTheSettingsOfTheFirstEchelonThatDeclaresIt() throws Exception {
        Configuration configuration = files().file(
                        "task-groups/g.toml",
                        groupOf(
                                "g",
                                "",
                                echelon("x", 1, "\"a:m1\"") + "timeout = 11\n",
                                echelon("y", 2, "\"a:m1\"") + "timeout = 22\n"))
                .load();
        Topology.Member member =
                Objects.requireNonNull(topology(configuration).models().get("a:m1"));

        assertThat(member.instance().id()).isEqualTo("direct/a:m1");
        assertThat(member.instance().timeout()).hasSeconds(11);
        assertThat(member.concurrency()).isEqualTo(10);
        assertThat(member.rpm()).isEqualTo(100);
    }
}

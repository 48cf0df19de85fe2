package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictModeTest {

    private static final String POOL = "llms/pools/p.toml";
    private static final String GROUP = "llms/task-groups/g.toml";
    private static final String WRAPPERS = "llms/wrappers/w.toml";
    private static final String REGISTRY = "llms/_registry.toml";

    private final TestConfigs configs;

    StrictModeTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    @Test
    void everyProblemOfEveryFileIsToldAtOnceInTheOrderOfTheFiles() {
        configs.append(REGISTRY, "relod_interval = 3\n")
                .write(POOL, """
                        [pool]
                        name = "p"
                        task_groups = ["g", "nowhere"]
                        max_retries = 3
                          [pool.health_check]
                          intervall = 30
                          failure_threshold = "three"
                        [pool.fallback]
                        max_instance_attempts = 9
                        [pool.rate_limiting]
                        algorithm = "leaky"
                        """)
                .replace(GROUP, "rpm_limit = 2", "rpm_limit = 0")
                .replace(GROUP, "concurrency_limit = 1\n", "")
                .append(WRAPPERS, "default_timeout = true\n");

        assertThat(configs.errors())
                .containsExactly(
                        REGISTRY + ":9:1: global.relod_interval is not known; did you mean reload_interval?",
                        POOL + ":3:21: pool.task_groups names \"nowhere\", which does not exist in task_groups; write a"
                                + " file for it and register it, or take the name out",
                        POOL + ":4:1: pool.max_retries is not known; known here: name, description, task_groups,"
                                + " rotation_strategy, health_check, fallback, rate_limiting, metrics, metadata",
                        POOL + ":6:3: pool.health_check.intervall is not known; did you mean interval?",
                        POOL + ":7:3: pool.health_check.failure_threshold is \"three\"; write a whole number greater"
                                + " than 0",
                        POOL + ":9:1: pool.fallback.max_instance_attempts = 9 is out of range; write a whole number"
                                + " from 1 to 5",
                        POOL + ":11:1: pool.rate_limiting.algorithm = \"leaky\" is none of token_bucket, fixed_window",
                        GROUP + ":3:1: task_group.echelons.e1 has no concurrency_limit; write concurrency_limit = 10",
                        GROUP + ":5:1: task_group.echelons.e1.rpm_limit = 0 is out of range; write a whole number"
                                + " greater than 0",
                        WRAPPERS + ":6:1: global.default_timeout is true; write a number greater than 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "interval = 0                   | health_check.interval = 0 is out of range; write a number greater than 0",
                "interval = -1                  | health_check.interval = -1 is out of range; write a number greater than 0",
                "interval = nan                 | health_check.interval = NaN is out of range; write a number greater than 0",
                "interval = inf                 | health_check.interval = Infinity is out of range; write a number greater than 0",
                "interval = [30]                | health_check.interval is a list; write a number greater than 0",
                "interval = { a = 1 }           | health_check.interval is a table; write a number greater than 0",
                "interval = 2024-01-01          | health_check.interval is 2024-01-01; write a number greater than 0",
                "failure_threshold = 1.5        | health_check.failure_threshold is 1.5; write a whole number greater than 0",
                "failure_threshold = 9999999999 | health_check.failure_threshold = 9999999999 is out of range; write a whole number greater than 0"
            })
    void aNumberOfAHealthCheckIsOutOfPlace(String written, String problem) {
        configs.append(POOL, "[pool.health_check]\n" + written + "\n");

        assertThat(configs.errors()).containsExactly(POOL + ":5:1: pool." + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "circuit_breaker.failure_threshold = 0  | circuit_breaker.failure_threshold = 0 is out of range; write a whole number greater than 0",
                "circuit_breaker.recovery_time = 0      | circuit_breaker.recovery_time = 0 is out of range; write a number greater than 0",
                "circuit_breaker.half_open_requests = 0 | circuit_breaker.half_open_requests = 0 is out of range; write a whole number greater than 0",
                "fallback.max_attempts = 0              | fallback.max_attempts = 0 is out of range; write a whole number from 1 to 10",
                "fallback.max_attempts = 11             | fallback.max_attempts = 11 is out of range; write a whole number from 1 to 10",
                "fallback.retry_delay = -0.5            | fallback.retry_delay = -0.5 is out of range; write a number of at least 0",
                "metrics.collection_interval = 0        | metrics.collection_interval = 0 is out of range; write a number greater than 0",
                "echelons.e1.temperature = 2.1          | echelons.e1.temperature = 2.1 is out of range; write a number from 0 to 2",
                "echelons.e1.max_tokens = 0             | echelons.e1.max_tokens = 0 is out of range; write a whole number greater than 0",
                "echelons.e1.timeout = 0                | echelons.e1.timeout = 0 is out of range; write a number greater than 0",
                "echelons.e1.max_retries = 11           | echelons.e1.max_retries = 11 is out of range; write a whole number from 0 to 10"
            })
    void aValueOfAGroupIsOutOfRange(String written, String problem) {
        configs.write(GROUP, """
                task_group.%s
                task_group.name = "g"
                task_group.echelons.e1.models = ["openai:gpt-4o"]
                task_group.echelons.e1.concurrency_limit = 1
                task_group.echelons.e1.rpm_limit = 2
                task_group.echelons.e1.priority = 1
                """.formatted(written));

        assertThat(configs.errors()).containsExactly(GROUP + ":1:1: task_group." + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "token_bucket.bucket_size = 0  | token_bucket.bucket_size = 0 is out of range; write a whole number greater than 0",
                "token_bucket.refill_rate = 0  | token_bucket.refill_rate = 0 is out of range; write a number greater than 0",
                "fixed_window.window_size = 0  | fixed_window.window_size = 0 is out of range; write a number greater than 0",
                "fixed_window.max_requests = 0 | fixed_window.max_requests = 0 is out of range; write a whole number greater than 0"
            })
    void bothLimitersAreChecked(String written, String problem) {
        configs.append(POOL, "[pool.rate_limiting]\n" + written + "\n");

        assertThat(configs.errors()).containsExactly(POOL + ":5:1: pool.rate_limiting." + problem);
    }

    @Test
    void whatIsKeptForIdempotencyIsWrittenOnceForAllRequests() {
        configs.append(WRAPPERS, "[global.idempotency]\nttl = 0\nmax_size = 3\n")
                .replace(REGISTRY, "[global]", "task_group_w = { file = \"wrappers/tg.toml\" }\n[global]")
                .write("llms/wrappers/tg.toml", "[global.idempotency]\nmax_entries = 3\n");

        assertThat(configs.errors())
                .containsExactly(
                        WRAPPERS + ":7:1: global.idempotency.ttl = 0 is out of range; write a number greater than 0",
                        WRAPPERS + ":8:1: global.idempotency.max_size is not known; known here: ttl, max_entries,"
                                + " max_size_mb, max_answer_mb",
                        "llms/wrappers/tg.toml:1:1: global.idempotency holds for all requests; write it into a file"
                                + " that is not about task groups");
    }

    @Test
    void theBoundsOfTheResponseCacheAreWrittenOnceForAllRequests() {
        configs.append(WRAPPERS, "[global.cache]\nmax_size = 0\nmax_size_mb = 2048\nsize = 3\n")
                .replace(REGISTRY, "[global]", "task_group_w = { file = \"wrappers/tg.toml\" }\n[global]")
                .write("llms/wrappers/tg.toml", "[global.cache]\nttl = 3\nmax_answer_mb = 3\n");

        assertThat(configs.errors())
                .containsExactly(
                        WRAPPERS
                                + ":7:1: global.cache.max_size = 0 is out of range; write a whole number greater than 0",
                        WRAPPERS
                                + ":8:1: global.cache.max_size_mb = 2048 is out of range; write a whole number from 1 to 2047",
                        WRAPPERS + ":9:1: global.cache.size is not known; known here: enabled, max_size, max_size_mb,"
                                + " max_answer_mb, ttl, cache_any, cache_streams",
                        "llms/wrappers/tg.toml:3:1: global.cache.max_answer_mb holds for all requests; write it into a"
                                + " file that is not about task groups");
    }

    @Test
    void aTableThatIsNoTableSaysSo() {
        configs.append(POOL, "fallback = 3\nhealth_check = \"x\"\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":4:1: pool.fallback is 3; write a table [pool.fallback]",
                        POOL + ":5:1: pool.health_check is \"x\"; write a table [pool.health_check]");
    }

    @Test
    void aFileWithoutItsTableSaysSo() {
        configs.write(POOL, "[pol]\nname = \"p\"\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ": has no table [pool]; write one, with name = \"p\"",
                        POOL + ":1:1: pol is not known; did you mean pool?");
    }

    @Test
    void aMissingNameOneThatDiffersAndOneThatIsNoNameAreErrors() {
        configs.replace(POOL, "name = \"p\"", "description = \"no name\"")
                .replace(GROUP, "name = \"g\"", "name = \"G\"")
                .append(WRAPPERS, "[wrappers.\"a.b\"]\ntype = \"pool\"\npool_name = \"p\"\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":1:1: pool has no name; write name = \"p\"",
                        POOL + ":3:16: pool.task_groups names \"g\", which does not exist in task_groups; did you mean"
                                + " G?; write a file for it and register it, or take the name out",
                        GROUP + ":2:1: task_group.name = \"G\" differs from its key in the registry; write \"g\"",
                        WRAPPERS + ":6:1: \"a.b\" is no name; write letters, digits, _ and - only");
    }

    @Test
    void anEmptyNameIsAnError() {
        configs.replace(POOL, "name = \"p\"", "name = \" \"");

        assertThat(configs.errors()).containsExactly(POOL + ":2:1: pool.name is empty; write one like \"p\"");
    }

    @Test
    void theNameRequestIsReserved() {
        configs.replace(WRAPPERS, "wrappers.wp", "wrappers.request");

        assertThat(configs.errors()).containsExactly(WRAPPERS + ":1:1: \"request\" is reserved; choose another name");
    }

    @Test
    void aNameMayStandForOneThingOnly() {
        configs.replace(WRAPPERS, "wrappers.wp", "wrappers.g")
                .replace(REGISTRY, "p = {", "g = {")
                .replace(POOL, "name = \"p\"", "name = \"g\"")
                .replace(WRAPPERS, "\"p\"", "\"g\"");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":2:1: the name g is taken by " + GROUP + ":2; choose another",
                        WRAPPERS + ":1:1: the name g is taken by " + GROUP + ":2; choose another");
    }

    @Test
    void theTwoStrategiesOfAGroupMustAgree() {
        configs.replace(GROUP, "name = \"g\"", "name = \"g\"\nfallback_strategy = \"echelon_down\"")
                .append(GROUP, "[task_group.fallback]\nstrategy = \"group_fallback\"\n");

        assertThat(configs.errors())
                .containsExactly(GROUP + ":10:1: task_group.fallback.strategy differs from"
                        + " task_group.fallback_strategy in line 3; write the same, or only this one");
    }

    @Test
    void aGroupNeedsEchelonsAndAnEchelonNeedsModels() {
        configs.replace(GROUP, "\"openai:gpt-4o\", \"anthropic:claude\"", "");
        assertThat(configs.errors())
                .containsExactly(GROUP + ":4:1: task_group.echelons.e1.models lists no model; write one at least, like"
                        + " [\"openai:gpt-4o\"]");

        configs.write(GROUP, "[task_group]\nname = \"g\"\n[task_group.echelons]\n");
        assertThat(configs.errors())
                .containsExactly(GROUP + ":3:1: task_group.echelons is empty; write [task_group.echelons.echelon1] with"
                        + " models, concurrency_limit, rpm_limit and priority");
    }

    @Test
    void oneMistakeIsOneProblem() {
        configs.replace(POOL, "[\"g\"]", "\"g\"")
                .write(GROUP, "[task_group]\nname = \"g\"\nechelons = 3\n")
                .replace(WRAPPERS, "[wrappers.wp]", "[wrappers.a]\n[wrappers.wp]");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":3:1: pool.task_groups is \"g\"; write a list of texts, like [\"a\", \"b\"]",
                        GROUP + ":3:1: task_group.echelons is 3; write a table [task_group.echelons]",
                        WRAPPERS + ":1:1: wrappers.a has no type; write type = \"pool\"",
                        WRAPPERS + ":1:1: wrappers.a has no pool_name; write pool_name = \"fast_pool\"");
    }

    @Test
    void aGroupWithoutAnyEchelonsSaysHowToWriteThem() {
        configs.write(GROUP, "[task_group]\nname = \"g\"\n");

        assertThat(configs.errors())
                .containsExactly(GROUP + ":1:1: task_group has no table [task_group.echelons]; write one, with"
                        + " [task_group.echelons.echelon1] in it");
    }

    @Test
    void modelsAreReferencesAndNoneStandsTwice() {
        configs.replace(
                GROUP,
                "\"openai:gpt-4o\", \"anthropic:claude\"",
                "\"gpt-4o\", \"openai:a b\", 3, \"openai:x\", \"openai:x\"");

        assertThat(configs.errors())
                .containsExactly(
                        GROUP + ":4:11: task_group.echelons.e1.models lists \"gpt-4o\": a model reference is written"
                                + " provider:model, like openai:gpt-4o",
                        GROUP + ":4:21: task_group.echelons.e1.models lists \"openai:a b\": holds white space or is"
                                + " longer than 200 characters",
                        GROUP + ":4:35: an entry of task_group.echelons.e1.models is 3; write a text in quotes",
                        GROUP + ":4:50: task_group.echelons.e1.models lists \"openai:x\" twice; take one out");
    }

    @Test
    void aPoolNeedsTaskGroups() {
        configs.replace(POOL, "[\"g\"]", "[]");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":3:1: pool.task_groups lists no task group; write one at least, like [\"fast_group\"]");
    }

    @Test
    void aWrapperNeedsATypeAndItsReference() {
        configs.write(WRAPPERS, """
                [wrappers]
                a = { task_group_name = "g" }
                b = { type = "pool", task_group_name = "g" }
                c = { type = "group", pool_name = "p" }
                d = { type = "direct", model = "gpt-4o" }
                e = 3
                f = { type = "direct", model = "openai:gpt-4o", pool_name = "p" }
                """);

        assertThat(configs.errors())
                .containsExactly(
                        WRAPPERS + ":2:1: wrappers.a has no type; write type = \"task_group\"",
                        WRAPPERS + ":3:1: wrappers.b has no pool_name; write pool_name = \"fast_pool\"",
                        WRAPPERS + ":3:22: wrappers.b.task_group_name means nothing for this type; write pool_name"
                                + " only",
                        WRAPPERS + ":4:7: wrappers.c.type = \"group\" is none of pool, task_group, direct",
                        WRAPPERS + ":5:24: model = \"gpt-4o\": a model reference is written provider:model, like"
                                + " openai:gpt-4o",
                        WRAPPERS + ":6:1: wrappers.e is 3; write a table",
                        WRAPPERS + ":7:49: wrappers.f.pool_name means nothing for this type; write model only");
    }

    @Test
    void onlyFailuresThatMayBeTriedAgainCanBeListed() {
        configs.append(WRAPPERS, "error_handling.retry_on_errors = [\"timeout\", \"quota\", \"rate-limit\"]\n");

        assertThat(configs.errors())
                .containsExactly(
                        WRAPPERS
                                + ":6:46: global.error_handling.retry_on_errors names \"quota\", after which nothing is"
                                + " asked again; write some of rate_limit, timeout, network_error, server_error",
                        WRAPPERS + ":6:55: global.error_handling.retry_on_errors names \"rate-limit\", which is no kind"
                                + " of failure; did you mean rate_limit?; write some of rate_limit, timeout,"
                                + " network_error, server_error");
    }

    @Test
    void theRegistryItselfIsChecked() {
        configs.write(REGISTRY, """
                [registry]
                version = 1
                [pools]
                p = { fil = "pools/p.toml" }
                "a b" = { file = "pools/ab.toml", enabled = false }
                q = "pools/p.toml"
                [task_group]
                g = { file = "task-groups/g.toml" }
                [global]
                config_validation = "strikt"
                """);

        assertThat(configs.errors())
                .containsExactly(
                        REGISTRY + ":2:1: registry.version is 1; write a text in quotes",
                        REGISTRY + ":4:1: pools.p has no file; write file = \"pools/p.toml\"",
                        REGISTRY + ":4:7: pools.p.fil is not known; did you mean file?",
                        REGISTRY + ":5:1: \"a b\" is no name; write letters, digits, _ and - only",
                        REGISTRY + ":6:1: pools.q is \"pools/p.toml\"; write a table",
                        REGISTRY + ":7:1: task_group is not known; did you mean task_groups?",
                        REGISTRY
                                + ":10:1: global.config_validation = \"strikt\" is none of strict, lenient; did you mean"
                                + " strict?");
    }

    @Test
    void aFileIsRegisteredOnce() {
        configs.replace(REGISTRY, "[task_groups]", "q = { file = \"pools/p.toml\" }\n[task_groups]");

        assertThat(configs.errors())
                .containsExactly(REGISTRY + ":3:7: file = \"pools/p.toml\" is registered twice; take one entry out");
    }
}

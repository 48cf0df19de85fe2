package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static dev.echelon.config.TestConfigs.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionRules.Http2;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HedgeGate;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that the seeds do not write, and what is used where a file leaves a key out. */
class WrittenValuesTest {

    private final TestConfigs configs;

    WrittenValuesTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    @Test
    void aPoolWithoutSettingsHasTheDocumentedDefaultsAndNoLimit() {
        PoolConfig pool = get(configs.load().pools(), "p");

        assertThat(pool.description()).isEmpty();
        assertThat(pool.rotation())
                .isEqualTo(new PoolConfig.Rotation(PoolConfig.RotationType.ROUND_ROBIN, Map.of(), false));
        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(30), 3, seconds(60)));
        assertThat(pool.fallback())
                .isEqualTo(new PoolConfig.Fallback(PoolConfig.FallbackStrategy.INSTANCE_ROTATION, 2, List.of()));
        assertThat(pool.rateLimiting().enabled()).isFalse();
        assertThat(pool.metrics()).isEqualTo(new MetricsConfig(true, seconds(60), Duration.ofDays(1)));
        assertThat(pool.metadata()).isEmpty();
    }

    @Test
    void aWrittenRateLimitIsOnUnlessItSaysOtherwise() {
        configs.append("llms/pools/p.toml", "[pool.rate_limiting]\nalgorithm = \"fixed_window\"\n");

        PoolConfig.RateLimiting limiting = get(configs.load().pools(), "p").rateLimiting();
        assertThat(limiting.enabled()).isTrue();
        assertThat(limiting.algorithm()).isEqualTo(PoolConfig.RateAlgorithm.FIXED_WINDOW);
        assertThat(limiting.windowSize()).isEqualTo(seconds(60));
        assertThat(limiting.maxRequests()).isEqualTo(1000);
    }

    @Test
    void aGroupWithoutSettingsHasTheDocumentedDefaults() {
        TaskGroupConfig group = get(configs.load().groups(), "g");

        assertThat(group.breaker()).isEqualTo(new TaskGroupConfig.Breaker(5, seconds(60), 1));
        assertThat(group.fallback())
                .isEqualTo(new TaskGroupConfig.Fallback(
                        TaskGroupConfig.FallbackStrategy.ECHELON_DOWN, List.of(), 3, seconds(1)));
    }

    @Test
    void anEchelonTakesTimeoutAndRetriesFromTheWrappersAndLeavesParametersToTheCaller() {
        configs.replace("llms/wrappers/w.toml", "max_retries = 1", "max_retries = 7\ndefault_timeout = 12.5");

        TaskGroupConfig.Echelon echelon = get(get(configs.load().groups(), "g").echelons(), "e1");
        assertThat(echelon.timeout()).isEqualTo(Duration.ofMillis(12_500));
        assertThat(echelon.maxRetries()).isEqualTo(7);
        assertThat(echelon.temperature()).isNull();
        assertThat(echelon.maxTokens()).isNull();
        assertThat(echelon.apiKey()).isNull();
        assertThat(echelon.baseUrl()).isNull();
    }

    @Test
    void echelonsAreSortedByPriorityAndThenAsWritten() {
        configs.append("llms/task-groups/g.toml", """
                [task_group.echelons.last]
                models = ["openai:c"]
                concurrency_limit = 1
                rpm_limit = 1
                priority = 9
                [task_group.echelons.second]
                models = ["openai:b"]
                concurrency_limit = 1
                rpm_limit = 1
                priority = 2
                [task_group.echelons.also_second]
                models = ["openai:d"]
                concurrency_limit = 1
                rpm_limit = 1
                priority = 2
                """);

        assertThat(get(configs.load().groups(), "g").echelons().keySet())
                .containsExactly("e1", "second", "also_second", "last");
    }

    @Test
    void everyKeyOfTheGlobalTableIsRead() {
        configs.write("llms/wrappers/w.toml", """
                [wrappers]
                [global]
                default_timeout = 1
                max_retries = 2
                request_deadline = 3
                stream_idle_timeout = 4
                stream_total_timeout = 5
                patience = 0.25
                max_returns = 6
                retry_budget = 0.5
                max_in_flight = 7
                batch_share = 0.6
                allow_direct = true
                function_calling_enabled = false
                tool_selection_strategy = "priority"
                enable_metrics = false
                metrics_interval = 8
                retention_period = 9
                [global.error_handling]
                retry_on_errors = ["server_error"]
                max_retry_delay = 0.5
                backoff_factor = 1.5
                [global.hedging]
                enabled = true
                quantile = 0.9
                max_share = 0.02
                min_delay = 0.02
                [global.cache]
                enabled = false
                max_size = 10
                max_size_mb = 20
                max_answer_mb = 3
                ttl = 11
                cache_any = true
                cache_streams = true
                [global.idempotency]
                ttl = 12
                max_entries = 13
                max_size_mb = 14
                max_answer_mb = 2
                [global.logging]
                level = "debug"
                format = "text"
                enable_request_logging = false
                enable_response_logging = true
                log_content = true
                """);

        assertThat(configs.load().defaults())
                .isEqualTo(new RequestDefaults(
                        seconds(1),
                        2,
                        seconds(3),
                        seconds(4),
                        seconds(5),
                        Duration.ofMillis(250),
                        6,
                        0.5,
                        7,
                        0.6,
                        new RequestDefaults.Hedging(true, new HedgeGate.Rules(0.9, 0.02, Duration.ofMillis(20))),
                        true,
                        false,
                        RequestDefaults.ToolSelection.PRIORITY,
                        new MetricsConfig(false, seconds(8), seconds(9)),
                        new RequestDefaults.ErrorHandling(
                                Set.of(FailureKind.SERVER_ERROR), Duration.ofMillis(500), 1.5),
                        new RequestDefaults.Cache(false, 10, 20, 3, seconds(11), true, true),
                        new RequestDefaults.Idempotency(seconds(12), 13, 14, 2),
                        new RequestDefaults.Logging(
                                RequestDefaults.LogLevel.DEBUG, RequestDefaults.LogFormat.TEXT, false, true, true)));
    }

    @Test
    void anEmptyListOfRetriedErrorsMeansNone() {
        configs.append("llms/wrappers/w.toml", "[global.error_handling]\nretry_on_errors = []\n");

        assertThat(configs.load().defaults().errorHandling().retryOnErrors()).isEmpty();
    }

    @Test
    void wrappersOfTaskGroupsInheritTheGlobalTableOfTheOthersAndOverrideIt() {
        configs.append("llms/wrappers/w.toml", "request_deadline = 50\n[global.cache]\nttl = 5\n")
                .replace("llms/_registry.toml", "[global]", "tg = { file = \"wrappers/tg.toml\" }\n[global]")
                .write("llms/wrappers/tg.toml", """
                        [wrappers.wg]
                        type = "task_group"
                        task_group_name = "g"
                        [global]
                        request_deadline = 60
                        cache.cache_any = true
                        """);

        Configuration configuration = configs.load();
        assertThat(configuration.defaults().requestDeadline()).isEqualTo(seconds(50));
        assertThat(configuration.defaults().cache().cacheAny()).isFalse();
        assertThat(configuration.groupDefaults().requestDeadline()).isEqualTo(seconds(60));
        assertThat(configuration.groupDefaults().maxRetries()).isEqualTo(1);
        assertThat(configuration.groupDefaults().cache().ttl()).isEqualTo(seconds(5));
        assertThat(configuration.groupDefaults().cache().cacheAny()).isTrue();
    }

    @Test
    void aFileNamedAfterTaskGroupsIsAboutThemWhateverItHolds() {
        configs.replace(
                        "llms/_registry.toml",
                        "[global]",
                        "task_group_things = { file = \"wrappers/other.toml\" }\n[global]")
                .write("llms/wrappers/other.toml", "[global]\nmax_returns = 9\n");

        assertThat(configs.load().defaults().maxReturns()).isEqualTo(4);
        assertThat(configs.load().groupDefaults().maxReturns()).isEqualTo(9);
    }

    @Test
    void twoWrapperFilesMayNotSetOneKeyToTwoValues() {
        configs.replace("llms/_registry.toml", "[global]", "v = { file = \"wrappers/v.toml\" }\n[global]")
                .write("llms/wrappers/v.toml", "[global]\nmax_retries = 2\nmax_returns = 1\n");

        assertThat(configs.errors())
                .containsExactly("llms/wrappers/v.toml:2:1: global.max_retries has another value in"
                        + " llms/wrappers/w.toml:5; write it in one place");
    }

    @Test
    void everyKindOfWrapperAndItsDefaultsAreRead() {
        configs.append("llms/wrappers/w.toml", """
                [wrappers.one]
                type = "direct"
                model = "openai:gpt-4o"
                description = "one"
                defaults = { temperature = 0, top_p = 0.9, max_tokens = 5, request_deadline = 1.5 }
                [wrappers.off]
                type = "pool"
                pool_name = "nowhere"
                enabled = false
                """);

        assertThat(configs.load().wrappers()).containsOnlyKeys("wp", "one");
        assertThat(get(configs.load().wrappers(), "one"))
                .isEqualTo(new WrapperConfig(
                        "one",
                        WrapperConfig.Type.DIRECT,
                        "openai:gpt-4o",
                        "one",
                        new WrapperConfig.CallDefaults(0.0, 0.9, 5, Duration.ofMillis(1500))));
    }

    @Test
    void aProviderFileIsReadWithEveryKey() {
        configs.append("llms/_registry.toml", "[providers]\nlocal = { file = \"providers/local.toml\" }\n")
                .set("LOCAL_KEY", "  sk-local\n")
                .write("llms/providers/local.toml", """
                        [provider]
                        name = "local"
                        dialect = "openai"
                        base_url = "http://localhost:11434/"
                        api_key = "${LOCAL_KEY}"
                        connect_timeout = 0.5
                        max_connections = 8
                        http2 = "always"
                        idle_timeout = 20
                        connection_lifetime = 90
                        warm_up = false
                        context_windows = { "llama3:8b" = 8192 }
                        """);

        assertThat(configs.load().providers()).containsOnlyKeys("local", "openai", "anthropic");
        assertThat(get(configs.load().providers(), "local"))
                .isEqualTo(new ProviderConfig(
                        "local",
                        "openai",
                        URI.create("http://localhost:11434/v1"),
                        new Secret("sk-local"),
                        List.of("LOCAL_KEY"),
                        new ConnectionRules(Duration.ofMillis(500), 8, Http2.ALWAYS, seconds(20), seconds(90), false),
                        Map.of("llama3:8b", 8192)));
    }

    @Test
    void theBuiltInProvidersComeFromTheEnvironment() {
        configs.set("OPENAI_BASE_URL", "https://proxy.example/openai/v1/")
                .set("ANTHROPIC_BASE_URL", "https://proxy.example/v1");

        Configuration configuration = configs.load();
        assertThat(get(configuration.providers(), "openai"))
                .isEqualTo(new ProviderConfig(
                        "openai",
                        "openai",
                        URI.create("https://proxy.example/openai/v1"),
                        new Secret("sk-one"),
                        List.of("OPENAI_API_KEY"),
                        new ConnectionRules(seconds(2), 1024, Http2.AUTO, seconds(60), seconds(300), true),
                        Map.of()));
        assertThat(get(configuration.providers(), "anthropic").baseUrl())
                .isEqualTo(URI.create("https://proxy.example"));
        assertThat(get(configuration.providers(), "anthropic").keyVariables()).containsExactly("ANTHROPIC_API_KEY");
    }

    @Test
    void aFileTakesThePlaceOfABuiltInProvider() {
        configs.append("llms/_registry.toml", "[providers]\nopenai = { file = \"providers/openai.toml\" }\n")
                .write("llms/providers/openai.toml", """
                        [provider]
                        name = "openai"
                        dialect = "openai"
                        base_url = "https://elsewhere.example"
                        api_key = "sk-file"
                        """);

        ProviderConfig provider = get(configs.load().providers(), "openai");
        assertThat(provider.baseUrl()).isEqualTo(URI.create("https://elsewhere.example/v1"));
        assertThat(provider.keyVariables()).isEmpty();
        assertThat(provider.enabled()).isTrue();
        assertThat(configs.load().providers()).containsKey("anthropic");
    }

    @Test
    void anEchelonOfOneProviderMayBringKeyAndAddress() {
        configs.replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .set("TEAM_KEY", "sk-team")
                .append(
                        "llms/task-groups/g.toml",
                        "api_key = \"${TEAM_KEY}\"\nbase_url = \"${OPENAI_BASE_URL:https://api.openai.com}\"\n");

        TaskGroupConfig.Echelon echelon = get(get(configs.load().groups(), "g").echelons(), "e1");
        assertThat(echelon.apiKey()).isEqualTo(new Secret("sk-team"));
        assertThat(echelon.baseUrl()).isEqualTo(URI.create("https://api.openai.com/v1"));

        Configuration plain = configs.load().withoutEchelonOverrides();
        assertThat(get(get(plain.groups(), "g").echelons(), "e1").apiKey()).isNull();
        assertThat(get(get(plain.groups(), "g").echelons(), "e1").baseUrl()).isNull();
        assertThat(get(get(plain.groups(), "g").echelons(), "e1").rpmLimit()).isEqualTo(2);
    }

    @Test
    void anEmptyEchelonKeyLeavesItToTheProvider() {
        configs.replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .append("llms/task-groups/g.toml", "api_key = \"${TEAM_KEY:}\"\n");

        assertThat(get(get(configs.load().groups(), "g").echelons(), "e1").apiKey())
                .isNull();
        assertThat(configs.warnings())
                .containsExactly("llms/task-groups/g.toml:8:1: task_group.echelons.e1.api_key is empty (TEAM_KEY is"
                        + " not set); the provider's key is used");
    }

    @Test
    void metadataIsFreeAndPlain() {
        configs.append(
                "llms/pools/p.toml",
                "[pool.metadata]\ndate = 2024-01-01\nlist = [1, 2.5, true, { a = \"b\" }]\ninherits_from = \"me\"\n");

        assertThat(get(configs.load().pools(), "p").metadata())
                .isEqualTo(Map.of(
                        "date", "2024-01-01",
                        "list", List.of(1L, 2.5, true, Map.of("a", "b")),
                        "inherits_from", "me"));
    }

    @Test
    void otherProvidersMayBePutIn() {
        ProviderConfig simulated = new ProviderConfig(
                "openai",
                "openai",
                URI.create("http://localhost:1/v1"),
                new Secret("simulated"),
                List.of(),
                ConnectionRules.DEFAULT,
                Map.of());

        Configuration configuration = configs.load().withProviders(Map.of("openai", simulated));

        assertThat(configuration.providers()).containsExactly(Map.entry("openai", simulated));
        assertThat(configuration.pools()).isEqualTo(configs.load().pools());
    }
}

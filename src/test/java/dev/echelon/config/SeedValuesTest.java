package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static dev.echelon.config.TestConfigs.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.config.TaskGroupConfig.Echelon;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HedgeGate;
import dev.echelon.domain.ModelRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every key that the seed files write arrives with its value. */
class SeedValuesTest {

    private static Configuration configuration = new Configuration(
            Registry.DEFAULTS, Map.of(), Map.of(), Map.of(), Map.of(), defaults(), defaults(), List.of());

    @BeforeAll
    static void load() throws ConfigException {
        configuration = new ConfigLoader(TestConfigs.KEYS::get).load(TestConfigs.SHIPPED);
    }

    private static RequestDefaults defaults() {
        return new DefaultsReader(new Report()).read(Node.Table.empty(Place.of("none")));
    }

    @Test
    void registry() {
        assertThat(configuration.loading()).isEqualTo(new LoadingConfig(true, true, Duration.ofMinutes(5), true, true));
    }

    @Test
    void fastPool() {
        assertThat(get(configuration.pools(), "fast_pool"))
                .isEqualTo(new PoolConfig(
                        "fast_pool",
                        "快速响应任务专用轮询池",
                        List.of("fast_group"),
                        new PoolConfig.Rotation(PoolConfig.RotationType.ROUND_ROBIN, Map.of(), false),
                        new PoolConfig.HealthCheck(seconds(30), 3, seconds(60)),
                        new PoolConfig.Fallback(PoolConfig.FallbackStrategy.INSTANCE_ROTATION, 2, List.of()),
                        new PoolConfig.RateLimiting(
                                true, PoolConfig.RateAlgorithm.TOKEN_BUCKET, 1000, 16.67, seconds(60), 1000),
                        new MetricsConfig(true, seconds(60), seconds(86_400)),
                        Map.of(
                                "created_at", "2024-01-01T00:00:00Z",
                                "updated_at", "2024-01-01T00:00:00Z",
                                "version", "1.0.0")));
    }

    @Test
    void thinkingPool() {
        PoolConfig pool = get(configuration.pools(), "thinking_pool");

        assertThat(pool.description()).isEqualTo("思考任务专用轮询池");
        assertThat(pool.taskGroups()).containsExactly("thinking_group");
        assertThat(pool.rotation().type()).isEqualTo(PoolConfig.RotationType.WEIGHTED);
        assertThat(pool.rotation().weights())
                .containsExactly(
                        Map.entry("thinking_group.echelon1", 10),
                        Map.entry("thinking_group.echelon2", 5),
                        Map.entry("thinking_group.echelon3", 1));
        assertThat(pool.healthCheck()).isEqualTo(new PoolConfig.HealthCheck(seconds(60), 2, seconds(120)));
        assertThat(pool.fallback())
                .isEqualTo(new PoolConfig.Fallback(PoolConfig.FallbackStrategy.POOL_FALLBACK, 1, List.of("fast_pool")));
        assertThat(pool.rateLimiting().bucketSize()).isEqualTo(500);
        assertThat(pool.rateLimiting().refillRate()).isEqualTo(8.33);
        assertThat(pool.metadata()).isEqualTo(Map.of("category", "thinking", "priority", "high"));
    }

    @Test
    void fastGroup() {
        TaskGroupConfig group = get(configuration.groups(), "fast_group");

        assertThat(group.description()).startsWith("快速响应任务组");
        assertThat(group.breaker()).isEqualTo(new TaskGroupConfig.Breaker(5, seconds(60), 1));
        assertThat(group.fallback())
                .isEqualTo(new TaskGroupConfig.Fallback(
                        TaskGroupConfig.FallbackStrategy.ECHELON_DOWN,
                        List.of("fast_group.echelon2", "fast_group.echelon3"),
                        3,
                        seconds(1)));
        assertThat(group.metrics()).isEqualTo(new MetricsConfig(true, seconds(60), Duration.ofDays(1)));
        assertThat(group.metadata()).isEqualTo(Map.of("category", "fast_response", "use_case", "simple_tasks"));
        assertThat(group.echelons().values())
                .containsExactly(
                        echelon(
                                "echelon1",
                                10,
                                100,
                                1,
                                30,
                                3,
                                0.7,
                                2000,
                                "openai:gpt-4o",
                                "anthropic:claude-3-5-sonnet"),
                        echelon(
                                "echelon2",
                                20,
                                200,
                                2,
                                25,
                                3,
                                0.7,
                                2000,
                                "openai:gpt-4o-mini",
                                "anthropic:claude-3-haiku"),
                        echelon("echelon3", 50, 500, 3, 20, 2, 0.7, 1500, "openai:gpt-3.5-turbo"));
    }

    @Test
    void thinkingGroup() {
        TaskGroupConfig group = get(configuration.groups(), "thinking_group");

        assertThat(group.breaker()).isEqualTo(new TaskGroupConfig.Breaker(3, seconds(120), 1));
        assertThat(group.fallback().maxAttempts()).isEqualTo(2);
        assertThat(group.fallback().retryDelay()).isEqualTo(seconds(2));
        assertThat(group.echelons().values())
                .containsExactly(
                        echelon("echelon1", 5, 50, 1, 60, 2, 0.3, 4000, "anthropic:claude-3-5-sonnet", "openai:gpt-4"),
                        echelon("echelon2", 10, 100, 2, 45, 3, 0.5, 3000, "openai:gpt-4o", "anthropic:claude-3-sonnet"),
                        echelon("echelon3", 20, 200, 3, 30, 3, 0.7, 2000, "openai:gpt-3.5-turbo"));
    }

    @Test
    void wrappers() {
        assertThat(get(configuration.wrappers(), "fast_pool_wrapper"))
                .isEqualTo(new WrapperConfig(
                        "fast_pool_wrapper",
                        WrapperConfig.Type.POOL,
                        "fast_pool",
                        "快速响应轮询池包装器",
                        WrapperConfig.CallDefaults.NONE));
        assertThat(get(configuration.wrappers(), "execute_group_wrapper"))
                .isEqualTo(new WrapperConfig(
                        "execute_group_wrapper",
                        WrapperConfig.Type.TASK_GROUP,
                        "execute_group",
                        "执行任务组包装器",
                        WrapperConfig.CallDefaults.NONE));
    }

    @Test
    void whatHoldsForEveryRequest() {
        assertThat(configuration.defaults())
                .isEqualTo(new RequestDefaults(
                        seconds(30),
                        3,
                        seconds(120),
                        seconds(30),
                        seconds(600),
                        seconds(1),
                        4,
                        0.2,
                        20_000,
                        0.8,
                        new RequestDefaults.Hedging(false, new HedgeGate.Rules(0.95, 0.05, Duration.ofMillis(50))),
                        false,
                        true,
                        RequestDefaults.ToolSelection.AUTO,
                        new MetricsConfig(true, seconds(60), Duration.ofDays(1)),
                        new RequestDefaults.ErrorHandling(
                                Set.of(FailureKind.TIMEOUT, FailureKind.RATE_LIMIT, FailureKind.NETWORK_ERROR),
                                seconds(10),
                                2.0),
                        new RequestDefaults.Cache(true, 1000, 64, 4, seconds(300), false, false),
                        new RequestDefaults.Idempotency(Duration.ofDays(1), 10_000, 64, 4),
                        new RequestDefaults.Logging(
                                RequestDefaults.LogLevel.INFO, RequestDefaults.LogFormat.JSON, true, false, false)));
        assertThat(configuration.groupDefaults()).isEqualTo(configuration.defaults());
    }

    @Test
    void aConfigurationCannotBeChanged() {
        assertThat(configuration.pools()).isUnmodifiable();
        assertThat(configuration.groups()).isUnmodifiable();
        assertThat(get(configuration.groups(), "fast_group").echelons()).isUnmodifiable();
        assertThat(get(configuration.pools(), "fast_pool").metadata()).isUnmodifiable();
        assertThat(get(configuration.pools(), "thinking_pool").rotation().weights())
                .isUnmodifiable();
        assertThat(configuration.defaults().errorHandling().retryOnErrors()).isUnmodifiable();
        assertThat(get(configuration.providers(), "openai").contextWindows()).isUnmodifiable();
    }

    private static Echelon echelon(
            String name,
            int concurrency,
            int rpm,
            int priority,
            int timeout,
            int retries,
            double temperature,
            int maxTokens,
            String... models) {
        return new Echelon(
                name,
                List.of(models).stream().map(ModelRef::parse).toList(),
                concurrency,
                rpm,
                priority,
                seconds(timeout),
                retries,
                temperature,
                maxTokens,
                null,
                null);
    }
}

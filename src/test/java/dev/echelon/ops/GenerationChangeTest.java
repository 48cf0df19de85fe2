package dev.echelon.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.echelon.config.ConfigLoader;
import dev.echelon.config.Configuration;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.Instance;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Step;
import dev.echelon.domain.Usage;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whose series are there: what a later generation no longer names leaves none behind, and of thousands those that are asked. */
class GenerationChangeTest {

    @TempDir
    private Path folder;

    @Test
    void seriesOfWhatHasVanishedAreRemovedAndThoseOfWhatIsNewAreThere() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (DefaultCamelContext context = new DefaultCamelContext();
                GatewayRuntime runtime = new GatewayRuntime()) {
            context.getRegistry().bind("metricsRegistry", registry);
            Gateway gateway = runtime.install(context, configuration("old"));
            Operations operations = Operations.install(context, runtime, gateway);
            assertThat(operations.registry()).isSameAs(registry);
            RequestMetrics heard = new RequestMetrics(registry, gateway::generation, instance -> {});
            heard.attempted(attempt(gateway.generation().instances().get(0)));
            heard.ended(answer("old", "old.e1/up:old"));
            assertThat(values(registry)).contains("old", "old.e1", "old.e1/up:old", "direct/up:old", "old_pool");

            gateway.open(configuration("new"));
            operations.generationChanged();

            assertThat(values(registry))
                    .contains("new.e1", "new.e1/up:new", "direct/up:new", "new_pool")
                    .doesNotContain("old", "old.e1", "old.e1/up:old", "direct/up:old", "old_pool", "up:old");

            heard.generationChanged();
            heard.ended(answer("old", "old.e1/up:old"));
            assertThat(values(registry)).contains("other").doesNotContain("old", "old.e1/up:old");
        }
    }

    @Test
    void ofThousandsOfInstancesOnlyThoseThatAreAskedHaveSeriesAndAllAreCountedByState() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (DefaultCamelContext context = new DefaultCamelContext();
                GatewayRuntime runtime = new GatewayRuntime()) {
            context.getRegistry().bind("metricsRegistry", registry);
            List<String> models = IntStream.range(0, Series.MOST)
                    .mapToObj(model -> "m" + model)
                    .toList();
            Gateway gateway = runtime.install(context, configuration("big", models));
            assertThat(Operations.install(context, runtime, gateway).registry()).isSameAs(registry);
            String asked = "big.e1/up:m7";
            assertThat(values(registry)).contains("big_pool", "up").doesNotContain(asked, "big.e1", "direct/up:m7");

            gateway.listener()
                    .attempted(attempt(gateway.generation().instances().get(7)));

            assertThat(values(registry)).contains(asked, "big.e1").doesNotContain("big.e1/up:m8", "direct/up:m7");
            assertThat(registry.get("echelon.breaker.state")
                            .tags("instance", asked, "state", "closed")
                            .gauge()
                            .value())
                    .isOne();
            assertThat(registry.get("echelon.instances")
                            .tags("state", "ready")
                            .gauge()
                            .value())
                    .isEqualTo(Series.MOST);
        }
    }

    @Test
    void theInstancesOfAnEchelonShareItsGaugesWithoutAWarning() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (DefaultCamelContext context = new DefaultCamelContext();
                GatewayRuntime runtime = new GatewayRuntime()) {
            context.getRegistry().bind("metricsRegistry", registry);
            Gateway gateway = runtime.install(context, configuration("two", List.of("a", "b")));
            assertThat(Operations.install(context, runtime, gateway).registry()).isSameAs(registry);
        } finally {
            logger.detachAppender(told);
        }
        assertThat(values(registry)).contains("two.e1/up:a", "two.e1/up:b", "two.e1");
        assertThat(told.list).isEmpty();
    }

    private static RequestListener.Attempted attempt(Instance instance) {
        return new RequestListener.Attempted("r", "old", instance, Step.Entry.FIRST, null, Duration.ofMillis(5));
    }

    private static RequestListener.Ended answer(String target, String instance) {
        return new RequestListener.Ended(
                "r",
                new RouteInfo(target, instance, "old.e1", 1, 1, ""),
                true,
                null,
                false,
                Duration.ofMillis(7),
                Duration.ofMillis(6),
                new Usage(1, 2, 0, Map.of()),
                null,
                new DecisionTrace());
    }

    /** Values of all labels but those that differ for every metric. */
    private static Set<String> values(SimpleMeterRegistry registry) {
        Set<String> values = new TreeSet<>();
        for (Meter meter : registry.getMeters()) {
            meter.getId().getTags().forEach(tag -> values.add(tag.getValue()));
        }
        return values;
    }

    private Configuration configuration(String name) throws Exception {
        return configuration(name, List.of(name));
    }

    private Configuration configuration(String name, List<String> models) throws Exception {
        Path llms = folder.resolve(name).resolve("llms");
        write(llms.resolve("providers/up.toml"), """
                [provider]
                name = "up"
                dialect = "openai"
                base_url = "http://127.0.0.1:9"
                api_key = "k"
                """);
        write(llms.resolve("task-groups/g.toml"), """
                [task_group]
                name = "%1$s"
                [task_group.echelons.e1]
                models = [%2$s]
                concurrency_limit = 10
                rpm_limit = 100
                priority = 1
                """.formatted(
                        name, models.stream().map("\"up:%s\""::formatted).collect(Collectors.joining(", "))));
        write(llms.resolve("pools/p.toml"), """
                [pool]
                name = "%1$s_pool"
                task_groups = ["%1$s"]
                [pool.rate_limiting]
                enabled = true
                """.formatted(name));
        return new ConfigLoader(any -> null).load(folder.resolve(name));
    }

    private static void write(Path file, String text) throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}

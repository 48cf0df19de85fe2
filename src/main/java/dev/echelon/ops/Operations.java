package dev.echelon.ops;

import dev.echelon.domain.PromptListener;
import dev.echelon.domain.Ticker;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import dev.echelon.route.Generation;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.MicrometerUtils;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as it is seen from outside: metrics, health, the request log and the watch over the event loops. Starts and
 * stops with the Camel context that it is installed in.
 */
public final class Operations extends ServiceSupport {

    private final Gateway gateway;
    private final MeterRegistry registry;
    private final RequestMetrics requests;
    private final StateGauges gauges;
    private final EventLoopWatch watch;
    private final FutureTask<?> bound = new FutureTask<>(this::bind, null);

    @Nullable
    private final JvmGcMetrics collector;

    private Operations(GatewayRuntime runtime, Gateway gateway, MeterRegistry registry, boolean own) {
        this.gateway = gateway;
        this.registry = registry;
        this.gauges = new StateGauges(registry, gateway, new Snapshots(gateway, runtime, Ticker.SYSTEM));
        this.requests = new RequestMetrics(registry, gateway::generation, gauges::bindInstance);
        this.watch = new EventLoopWatch(runtime.eventLoops(), Ticker.SYSTEM, registry);
        this.collector = own ? new JvmGcMetrics() : null;
    }

    /**
     * Watches a gateway, from its context's start to its stop. Metrics go to the context's {@link MeterRegistry}; where
     * it has none, one for Prometheus is bound as {@code metricsRegistry}, with the JVM's own figures in it, which Camel
     * Main's management server shows when {@code camel.management.metricsEnabled} and {@code camel.metrics.enabled} are
     * set. Health checks are added where the context has a {@link HealthCheckRegistry}.
     */
    public static Operations install(CamelContext context, GatewayRuntime runtime, Gateway gateway) throws Exception {
        MeterRegistry known = MicrometerUtils.getMeterRegistryFromCamelRegistry(
                context.getRegistry(), MicrometerConstants.METRICS_REGISTRY_NAME);
        MeterRegistry used = known == null ? new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) : known;
        Operations operations = new Operations(runtime, gateway, used, known == null);
        if (known == null) {
            context.getRegistry().bind(MicrometerConstants.METRICS_REGISTRY_NAME, used);
        }
        gateway.addListener(operations.requests);
        gateway.addListener(new RequestLog(gateway::generation));
        // hundreds of meters, which nothing needs while the context is being set up
        new Thread(operations.bound, "echelon-meters").start();
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            health.register(new GatewayHealth(gateway, Ticker.SYSTEM));
            health.register(new EventLoopHealth(operations.watch));
        }
        context.addService(operations);
        return operations;
    }

    private void bind() {
        gauges.bindProcess();
        CacheMeters.bind(registry, gateway);
        MemoryMeters.bind(registry, gateway);
        gauges.bind(gateway.generation());
        requests.generationChanged();
        if (collector != null) {
            collector.bindTo(registry);
            new JvmMemoryMetrics().bindTo(registry);
            new JvmThreadMetrics().bindTo(registry);
            new ProcessorMetrics().bindTo(registry);
            new FileDescriptorMetrics().bindTo(registry);
            new UptimeMetrics().bindTo(registry);
        }
    }

    private void awaitBound() {
        try {
            bound.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the meters could not be made", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the meters were made", e);
        }
    }

    /** Adds a metric of what the log of this process leaves out. */
    public void countDroppedLines(LongSupplier dropped) {
        MetricNames.LOG_DROPPED.counted(registry, dropped::getAsLong);
    }

    /** Makes metrics of the prompts that it is told of; there are none before a topic is read. */
    public PromptListener prompts() {
        return new PromptMeters(registry);
    }

    /** Where the metrics are. */
    public MeterRegistry registry() {
        awaitBound();
        return registry;
    }

    /**
     * To be called when another generation has taken over: what it names anew gets its gauges, and the series of targets,
     * instances, echelons and pools that it no longer names are removed.
     */
    public void generationChanged() {
        awaitBound();
        Generation generation = gateway.generation();
        Map<Label, Set<String>> named = named(generation);
        for (Meter meter : registry.getMeters()) {
            if (vanished(meter, named)) {
                registry.remove(meter);
            }
        }
        gauges.bind(generation);
        requests.generationChanged();
    }

    private static Map<Label, Set<String>> named(Generation generation) {
        Set<String> echelons = new HashSet<>(generation.instanceIds());
        generation.instances().forEach(instance -> echelons.add(instance.echelon()));
        Map<Label, Set<String>> named = new EnumMap<>(Label.class);
        named.put(Label.TARGET, generation.targetNames());
        named.put(Label.TARGET_AS_MODEL, generation.targetNames());
        named.put(Label.INSTANCE, generation.instanceIds());
        named.put(Label.ECHELON, echelons);
        named.put(Label.UPSTREAM, generation.providers());
        named.put(Label.POOL, generation.configuration().pools().keySet());
        return named;
    }

    private static boolean vanished(Meter meter, Map<Label, Set<String>> named) {
        for (MetricNames name : MetricNames.values()) {
            if (name.metric().equals(meter.getId().getName())) {
                return name.labels().stream().anyMatch(label -> {
                    Set<String> known = named.get(label);
                    String value = meter.getId().getTag(label.key());
                    return known != null && value != null && !value.equals(MetricNames.OTHER) && !known.contains(value);
                });
            }
        }
        return false;
    }

    @Override
    protected void doStart() {
        awaitBound();
        watch.start();
    }

    @Override
    protected void doStop() {
        watch.close();
        if (collector != null) {
            collector.close();
        }
    }
}

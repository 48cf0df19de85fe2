package dev.echelon.cli;

import dev.echelon.config.Configuration;
import dev.echelon.ingress.files.BatchInbox;
import dev.echelon.ingress.http.EdgeHttpService;
import dev.echelon.ingress.http.EdgeSettings;
import dev.echelon.ingress.http.OpenAiAnswer;
import dev.echelon.ingress.http.OpenAiModels;
import dev.echelon.ingress.http.OpenAiRequest;
import dev.echelon.ingress.kafka.KafkaEdge;
import dev.echelon.ops.Operations;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Camel Main with the gateway, the HTTP edge and the management server in it. */
final class Server {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    static final String FILES_ROUTE = "files.camel.yaml";
    static final String KAFKA_ROUTE = "kafka.camel.yaml";

    /** By name: a pattern would have Camel look through all 19,700 entries of the jar, which takes longer than all else. */
    static final String BUILT_IN_ROUTES = Stream.of("http.camel.yaml", KAFKA_ROUTE, FILES_ROUTE)
            .map("classpath:routes/"::concat)
            .collect(Collectors.joining(","));

    private static final int SPARE_SECONDS = 5;
    private static final String PROPERTIES =
            "file:application.properties;optional=true,classpath:application.properties;optional=true";

    private final GatewayRuntime runtime;
    private final Configuration configuration;
    private final EdgeSettings edge;
    private final Management management;
    private final Drain drain;
    private final Routes routes;

    Server(
            GatewayRuntime runtime,
            Configuration configuration,
            EdgeSettings edge,
            Management management,
            Drain drain,
            Routes routes) {
        this.runtime = runtime;
        this.configuration = configuration;
        this.edge = edge;
        this.management = management;
        this.drain = drain;
        this.routes = routes;
    }

    /**
     * What people own.
     *
     * @param pattern of the files with routes
     * @param kafka whether those of {@code kafka.camel.yaml} are among them
     * @param files the folders of batch files; {@code null} without those of {@code files.camel.yaml}
     * @param properties that go before those of files and of the environment
     */
    record Routes(String pattern, boolean kafka, BatchInbox.@Nullable Settings files, Map<String, String> properties) {

        /** Those of HTTP alone. */
        static Routes of(String pattern) {
            return new Routes(pattern, false, null, Map.of());
        }

        /** Files that are not to be loaded, with commas between. */
        String left() {
            List<String> left = new ArrayList<>();
            if (!kafka) {
                left.add("**/" + KAFKA_ROUTE);
            }
            if (files == null) {
                left.add("**/" + FILES_ROUTE);
            }
            return String.join(",", left);
        }
    }

    /** Where health and metrics are served. */
    record Management(String host, int port) {}

    /**
     * How the process ends.
     *
     * @param notice how long readiness is down before requests are refused, so that load balancers can turn away
     * @param timeout for what is under way then; after it streams get an error event
     */
    record Drain(Duration notice, Duration timeout) {}

    /** Runs until the process is told to stop, and has drained then. */
    int run() throws Exception {
        Main main = main();
        main.run();
        return main.getExitCode();
    }

    Main main() {
        Main main = new Main();
        set(main, "camel.main.name", "echelon");
        main.setPropertyPlaceholderLocations(PROPERTIES);
        set(main, "camel.main.routesIncludePattern", routes.pattern());
        set(main, "camel.main.routesExcludePattern", routes.left());
        BatchInbox.Settings files = routes.files();
        if (files != null) {
            set(main, "echelon.files.inbox", files.inbox());
        }
        routes.properties().forEach((name, value) -> set(main, name, value));
        set(main, "camel.main.shutdownTimeout", drain.timeout().toSeconds() + SPARE_SECONDS);
        set(main, "camel.main.extraShutdownTimeout", drain.notice().toSeconds() + 2 * SPARE_SECONDS);
        set(main, "camel.main.shutdownNowOnTimeout", true);
        set(main, "camel.main.streamCachingEnabled", false);
        set(main, "camel.main.jmxEnabled", false);
        set(main, "camel.main.startupSummaryLevel", "Oneline");
        set(main, "camel.management.enabled", "true");
        set(main, "camel.management.host", management.host());
        set(main, "camel.management.port", management.port());
        set(main, "camel.management.healthCheckEnabled", "true");
        set(main, "camel.health.enabled", "true");
        set(main, "camel.health.exposureLevel", "full");
        // the state of user-made routes and consumers counts; generated ones are always started
        // and a broker that cannot be reached is no reason to send HTTP callers away
        set(main, "camel.health.excludePattern", "route:llm/*,consumer:llm/*,consumer:kafka-*");
        set(main, "camel.management.metricsEnabled", "true");
        set(main, "camel.metrics.enabled", "true");
        // Camel's own would add series for every generated route and every exchange
        set(main, "camel.metrics.enableRoutePolicy", "false");
        set(main, "camel.metrics.enableExchangeEventNotifier", "false");
        set(main, "camel.metrics.enableRouteEventNotifier", "false");
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport starting) {
                try {
                    install(starting.getCamelContext());
                } catch (Exception e) {
                    throw new IllegalStateException("the gateway could not be set up", e);
                }
            }

            @Override
            public void beforeStop(BaseMainSupport stopping) {
                drain(stopping.getCamelContext());
            }

            @Override
            public void afterStart(BaseMainSupport started) {
                EdgeHttpService http = started.getCamelContext().hasService(EdgeHttpService.class);
                LOG.info(
                        "ready: API on port {}, health and metrics on {}:{}/observe",
                        http.port(),
                        management.host(),
                        managementPort(started.getCamelContext()));
            }
        });
        return main;
    }

    /** The one that is listened on, which port 0 leaves to the system. */
    private static int managementPort(CamelContext context) {
        return context.getRegistry().findByType(VertxPlatformHttpRouter.class).stream()
                .filter(VertxPlatformHttpRouter::isManagementServer)
                .findFirst()
                .orElseThrow()
                .getServer()
                .getPort();
    }

    /** Readiness falls, and everything goes on for a while; what then takes too long is cut off. */
    private void drain(CamelContext context) {
        Gateway gateway = context.getRegistry().lookupByNameAndType("llm-gateway", Gateway.class);
        gateway.drain();
        LOG.info("draining: {} requests in flight", gateway.inFlight());
        try {
            TimeUnit.NANOSECONDS.sleep(drain.notice().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runtime.vertx().setTimer(drain.timeout().toMillis() + 1, expired -> {
            int left = gateway.abort();
            if (left > 0) {
                LOG.warn(
                        "{} requests were cut off after {} s",
                        left,
                        drain.timeout().toSeconds());
            }
        });
    }

    private static void set(Main main, String property, Object value) {
        main.addOverrideProperty(property, value.toString());
    }

    private void install(CamelContext context) throws Exception {
        Gateway gateway = runtime.install(context, configuration);
        context.getRegistry().bind("openaiRequest", new OpenAiRequest());
        context.getRegistry().bind("openaiAnswer", new OpenAiAnswer());
        context.getRegistry()
                .bind("openaiModels", new OpenAiModels(Instant.now().getEpochSecond()));
        BatchInbox.Settings files = routes.files();
        if (files != null) {
            BatchInbox.install(context, files, System::nanoTime);
        }
        EdgeHttpService.install(context, edge);
        Operations operations = Operations.install(context, runtime, gateway);
        operations.countDroppedLines(LogSetup::dropped);
        if (routes.kafka()) {
            KafkaEdge.install(context, operations.prompts(), edge.simulated());
        }
    }
}

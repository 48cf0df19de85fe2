package dev.echelon.cli;

import dev.echelon.config.ConfigException;
import dev.echelon.config.ConfigLoader;
import dev.echelon.config.Configuration;
import dev.echelon.ingress.files.BatchInbox;
import dev.echelon.ingress.http.EdgeSettings;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Ports;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/**
 * The whole gateway, as {@code echelon serve} boots it, in the test's own process: files in, HTTP out. Only the ports are
 * the test's.
 */
public final class TestGateway implements AutoCloseable {

    /** Request bodies in memory, in bytes. */
    static final long MAX_HELD_BODIES = 32L * 1024 * 1024;

    private static final String ROUTES = "file:routes/*.camel.yaml";

    private final List<DoubleConsumer> heap = new CopyOnWriteArrayList<>();
    private final GatewayRuntime runtime;
    private final Main main;
    private final int port;
    private final int managementPort;

    private TestGateway(
            Configuration configuration,
            AddressResolverOptions names,
            UnaryOperator<EdgeSettings> settings,
            Server.Routes routes)
            throws Exception {
        List<Integer> ports = Ports.free(2);
        this.port = ports.get(0);
        this.managementPort = ports.get(1);
        this.runtime = new GatewayRuntime(names, told -> {
            heap.add(told);
            return () -> heap.remove(told);
        });
        EdgeSettings edge = new EdgeSettings(
                "127.0.0.1",
                port,
                runtime.loops(),
                EdgeSettings.MAX_BODY,
                MAX_HELD_BODIES,
                EdgeSettings.KEEP_ALIVE,
                EdgeSettings.STUCK_READER,
                false);
        this.main = new Server(
                        runtime,
                        configuration,
                        settings.apply(edge),
                        new Server.Management("127.0.0.1", managementPort),
                        new Server.Drain(Duration.ZERO, Duration.ofSeconds(30)),
                        routes)
                .main();
        main.start();
    }

    public static ConfigFiles in(Path folder) {
        return new ConfigFiles(folder);
    }

    /** A gateway of {@link #oneModel}. */
    static TestGateway ofOneModel(Path folder, FakeProvider upstream) throws Exception {
        return oneModel(folder, upstream.baseUrl(), 100).start();
    }

    /** The files for the one model {@code up:m}, in the group {@code g}, at the upstream. */
    public static ConfigFiles oneModel(Path folder, String upstream, int concurrency) throws IOException {
        return in(folder).provider("up", "openai", upstream).file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = %d
                        rpm_limit = 1000000
                        priority = 1
                        """.formatted(concurrency));
    }

    /**
     * The files for models of {@code up}, which speaks OpenAI's dialect, and {@code claude}, which speaks Anthropic's, both at
     * the upstream; they are in the group {@code g}.
     */
    static ConfigFiles bothDialects(Path folder, String upstream, String... models) throws IOException {
        return in(folder)
                .provider("up", "openai", upstream)
                .provider("claude", "anthropic", upstream)
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["%s"]
                        concurrency_limit = 100
                        rpm_limit = 100000
                        priority = 1
                        max_retries = 0
                        """.formatted(String.join("\", \"", models)));
    }

    /** {@code http://127.0.0.1:PORT}, without a path. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public int managementPort() {
        return managementPort;
    }

    public GatewayRuntime runtime() {
        return runtime;
    }

    public CamelContext context() {
        return main.getCamelContext();
    }

    public Gateway gateway() {
        return context().getRegistry().lookupByNameAndType("llm-gateway", Gateway.class);
    }

    /** A collection has left the heap this full, 0 to 1. Of the JVM's own, which are the tests', the gateway hears nothing. */
    void collected(double use) {
        heap.forEach(told -> told.accept(use));
    }

    @Override
    public void close() {
        main.stop();
        runtime.close();
    }

    /** A configuration folder in the making; without a registry, so that its folders are scanned. */
    public static final class ConfigFiles {

        private final Path folder;
        private final Map<String, String> environment = new HashMap<>();
        private Server.Routes routes = Server.Routes.of(ROUTES);
        private AddressResolverOptions names = GatewayRuntime.names();
        private UnaryOperator<EdgeSettings> edge = UnaryOperator.identity();

        private ConfigFiles(Path folder) {
            this.folder = folder;
        }

        /** Writes {@code llms/NAME}. */
        public ConfigFiles file(String name, String toml) throws IOException {
            Path file = folder.resolve("llms").resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, toml);
            return this;
        }

        /** A provider of the dialect at the base URL, with a key. */
        public ConfigFiles provider(String name, String dialect, String baseUrl) throws IOException {
            return file("providers/" + name + ".toml", """
                    [provider]
                    name = "%s"
                    dialect = "%s"
                    base_url = "%s"
                    api_key = "key-of-%s"
                    """.formatted(name, dialect, baseUrl, name));
        }

        public ConfigFiles variable(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** How host names are resolved, where not by the system's name servers. */
        public ConfigFiles names(AddressResolverOptions resolver) {
            names = resolver;
            return this;
        }

        /** The HTTP server's settings, where not the usual ones. */
        public ConfigFiles edge(UnaryOperator<EdgeSettings> change) {
            edge = change;
            return this;
        }

        /** Takes prompts from Kafka too; the properties are those of {@code kafka.camel.yaml}, without their prefix. */
        public ConfigFiles kafka(String brokers, Map<String, String> properties) {
            Map<String, String> all = new HashMap<>();
            properties.forEach((name, value) -> all.put("echelon.kafka." + name, value));
            all.put("echelon.kafka.brokers", brokers);
            all.putIfAbsent("echelon.kafka.state", folder.resolve("kafka-state").toString());
            routes = new Server.Routes(ROUTES, true, routes.files(), all);
            return this;
        }

        public TestGateway start() throws Exception {
            return new TestGateway(load(), names, edge, routes);
        }

        /** With the edge for batch files. */
        public TestGateway start(BatchInbox.Settings files) throws Exception {
            routes = new Server.Routes(ROUTES, routes.kafka(), files, routes.properties());
            return start();
        }

        public Configuration load() throws ConfigException {
            return new ConfigLoader(environment::get).load(folder);
        }
    }
}

package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.VertxInternal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lives as long as the process: the event loops, the connections to the providers, and the gateway over them. To use
 * {@code llm:} in a Camel context of your own, install one before the context starts, and close it after it has stopped.
 */
public final class GatewayRuntime implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayRuntime.class);
    private static final int CLOSE_SECONDS = 10;
    private static final int NAME_QUERY_MILLIS = 2_000;
    private static final int UNKNOWN_NAME_SECONDS = 5;
    private static final int KNOWN_NAME_SECONDS = 60;
    private static final int HOSTS_FILE_MILLIS = 10_000;

    private final Vertx vertx;
    private final ModelClient client;
    private final int loops;
    private final HeapUse heap;
    private final List<HeapUse.Watch> heapWatches = new CopyOnWriteArrayList<>();

    /** Unpacks and loads Netty's native library, which takes half as long as making a runtime does. */
    public static void prepare() {
        VertxBuilder.nativeTransport();
    }

    /** Asks the system's name servers. */
    public GatewayRuntime() {
        this(names());
    }

    /** @param names how providers' host names are resolved; see {@link #names} */
    public GatewayRuntime(AddressResolverOptions names) {
        this(names, HeapUse.OF_THE_JVM);
    }

    /**
     * @param names how providers' host names are resolved; see {@link #names}
     * @param heap by which gateways shed while memory is short
     */
    public GatewayRuntime(AddressResolverOptions names, HeapUse heap) {
        this.heap = heap;
        this.loops = Runtime.getRuntime().availableProcessors();
        this.vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(loops)
                .setAddressResolverOptions(names)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        this.client = new ModelClient(vertx, loops, Ticker.SYSTEM);
    }

    /**
     * The system's name servers, each given 2 s; an address is believed for as long as its name server says, at most 60 s;
     * that there is no such name for 5 s. The system's file of hosts is read again every 10 s.
     */
    public static AddressResolverOptions names() {
        return new AddressResolverOptions()
                .setQueryTimeout(NAME_QUERY_MILLIS)
                .setHostsRefreshPeriod(HOSTS_FILE_MILLIS)
                .setCacheMaxTimeToLive(KNOWN_NAME_SECONDS)
                .setCacheNegativeTimeToLive(UNKNOWN_NAME_SECONDS);
    }

    /** The event loops, for an HTTP edge that shares them. */
    public Vertx vertx() {
        return vertx;
    }

    /** The event loops themselves, one a core, for who watches over them. */
    public Iterable<EventExecutor> eventLoops() {
        return ((VertxInternal) vertx).getEventLoopGroup();
    }

    /** The connections to all providers, now. */
    public ConnectionStats connections() {
        return client.connections().values().stream().reduce(ConnectionStats.NONE, ConnectionStats::plus);
    }

    /** The same by the provider's name; those that were never asked are left out. */
    public Map<String, ConnectionStats> connectionsByProvider() {
        return client.connections();
    }

    /** How many of them there are: one a core. */
    public int loops() {
        return loops;
    }

    /** Puts a gateway with the configuration into a context that has not been started. */
    public Gateway install(CamelContext context, Configuration configuration) throws Exception {
        Gateway gateway = new Gateway(
                context,
                new EventLoops(vertx),
                client,
                Dialects.standard(Clock.systemUTC()),
                context.getExecutorServiceManager().newDefaultThreadPool(this, "llm-callback"),
                Ticker.SYSTEM,
                () -> ThreadLocalRandom.current().nextLong());
        context.getRegistry().bind("vertx", vertx);
        context.getRegistry().bind("llm-gateway", gateway);
        context.getRegistry().bind("llm-breakers", gateway.states().breakers());
        gateway.open(configuration);
        heapWatches.add(heap.watch(gateway::heapCollected));
        return gateway;
    }

    @Override
    public void close() {
        heapWatches.forEach(HeapUse.Watch::close);
        client.close();
        CountDownLatch closed = new CountDownLatch(1);
        vertx.close().onComplete(done -> closed.countDown());
        try {
            if (!closed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event loops are still busy after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

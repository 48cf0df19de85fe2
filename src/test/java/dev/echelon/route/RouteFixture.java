package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.impl.DefaultCamelContext;

/** A Camel context with a gateway in it, on real event loops. */
public final class RouteFixture implements AutoCloseable {

    /** Names of the threads on which callers' callbacks run begin with it. */
    public static final String CALLBACKS = "test-callback";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final ModelClient client = new ModelClient(vertx, 2, Ticker.SYSTEM);
    private final ExecutorService callbacks = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, CALLBACKS);
        thread.setDaemon(true);
        return thread;
    });
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Gateway gateway;

    public RouteFixture(Configuration configuration) throws Exception {
        gateway = new Gateway(
                context,
                new EventLoops(vertx),
                client,
                Dialects.standard(Clock.systemUTC()),
                callbacks,
                Ticker.SYSTEM,
                () -> 42);
        context.getRegistry().bind("llm-gateway", gateway);
        gateway.open(configuration);
    }

    public DefaultCamelContext context() {
        return context;
    }

    public Gateway gateway() {
        return gateway;
    }

    /** Runs it on one of the event loops. */
    public void onEventLoop(Runnable task) {
        vertx.runOnContext(any -> task.run());
    }

    @Override
    public void close() {
        context.stop();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        callbacks.shutdownNow();
    }
}

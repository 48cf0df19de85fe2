package dev.echelon.cli.simulator;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerOptions;
import java.util.function.IntConsumer;

/** The simulator's server on one event loop; its instances share the port. */
final class SimulatorVerticle extends AbstractVerticle {

    private static final int BACKLOG = 4096;

    private final SimulatorRoutes routes;
    private final int port;
    private final IntConsumer bound;

    /**
     * @param port negative for any: those who ask for the same negative number share one
     */
    SimulatorVerticle(SimulatorRoutes routes, int port, IntConsumer bound) {
        this.routes = routes;
        this.port = port;
        this.bound = bound;
    }

    @Override
    public void start(Promise<Void> started) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(Simulator.HOST)
                .setPort(port)
                .setAcceptBacklog(BACKLOG)
                .setHttp2ClearTextEnabled(false);
        vertx.createHttpServer(options)
                .requestHandler(routes)
                .listen()
                .onSuccess(server -> bound.accept(server.actualPort()))
                .<Void>mapEmpty()
                .onComplete(started);
    }
}

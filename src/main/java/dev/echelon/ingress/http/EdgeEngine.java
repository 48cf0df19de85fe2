package dev.echelon.ingress.http;

import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;

/** Serves {@code platform-http:} routes with {@link EdgeConsumer}s on the {@link EdgeServer}. */
final class EdgeEngine extends VertxPlatformHttpEngine {

    private final EdgeHttpService service;

    EdgeEngine(EdgeHttpService service) {
        this.service = service;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        EdgeServer server = service.server();
        return new EdgeConsumer(endpoint, processor, List.copyOf(getHandlers()), server.routerName(), server);
    }

    @Override
    public int getServerPort() {
        return service.port();
    }
}

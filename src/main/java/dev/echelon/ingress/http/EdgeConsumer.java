package dev.echelon.ingress.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.model.Model;

/**
 * Takes HTTP requests for a route. A route in the group {@value #EVENT_LOOP} says of itself that nothing in it blocks: it
 * runs on the event loop that read the request, gets the body as bytes and not one header of the client's, and its answer
 * carries only what the route set. Any other route keeps Camel's own way, on a worker thread.
 */
final class EdgeConsumer extends VertxPlatformHttpConsumer {

    static final String EVENT_LOOP = "event-loop";

    private final EdgeServer server;
    private boolean onEventLoop;

    EdgeConsumer(
            PlatformHttpEndpoint endpoint,
            Processor processor,
            List<Handler<RoutingContext>> handlers,
            String router,
            EdgeServer server) {
        super(endpoint, processor, handlers, router);
        this.server = server;
    }

    @Override
    protected void doInit() throws Exception {
        onEventLoop = saysItNeverBlocks();
        if (onEventLoop) {
            // the body is collected here, within bounds and whatever its content type claims
            getEndpoint().setUseBodyHandler(false);
        }
        super.doInit();
    }

    /** The consumer is not told its route until later, but the route's definition names this endpoint. */
    private boolean saysItNeverBlocks() {
        CamelContext context = getEndpoint().getCamelContext();
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return model.getRouteDefinitions().stream()
                .filter(route -> EVENT_LOOP.equals(route.getGroup()))
                .anyMatch(route -> getEndpoint()
                        .equals(context.hasEndpoint(route.getInput().getEndpointUri())));
    }

    @Override
    protected void handleRequest(RoutingContext http) {
        if (!onEventLoop) {
            super.handleRequest(http);
            return;
        }
        HttpExchange edge =
                new HttpExchange(http, server.bodies(), server.settings().stuckReader());
        if (isSuspended()) {
            edge.refuse(EdgeErrors.draining(), true);
            return;
        }
        edge.readBody(server.settings().maxBodyBytes(), body -> route(edge, body));
    }

    private void route(HttpExchange edge, byte[] body) {
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        exchange.getMessage().setBody(body);
        edge.attachTo(exchange);
        try {
            createUoW(exchange);
        } catch (Exception e) {
            exchange.setException(e);
            finish(edge, exchange);
            return;
        }
        getAsyncProcessor().process(exchange, doneSync -> finish(edge, exchange));
    }

    private void finish(HttpExchange edge, Exchange exchange) {
        try {
            edge.finish(exchange, isSuspended());
        } finally {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }
}

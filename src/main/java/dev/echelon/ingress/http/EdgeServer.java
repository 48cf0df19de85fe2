package dev.echelon.ingress.http;

import dev.echelon.domain.ByteBudget;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's platform-http server with one listener an event loop instead of a single one, so that a request stays on the
 * loop that read it. The Vert.x instance comes from the registry and is closed by whoever made it.
 */
final class EdgeServer extends VertxPlatformHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeServer.class);
    private static final int START_SECONDS = 30;

    /** Gives all listeners of a Vert.x that ask for the same negative number the same free port. */
    private static final int ANY_PORT = -1;

    private final EdgeSettings settings;
    private final ByteBudget bodies;

    @Nullable
    private String deployment;

    @Nullable
    private volatile HttpServer first;

    EdgeServer(EdgeSettings settings) {
        super(configuration(settings));
        this.settings = settings;
        this.bodies = new ByteBudget(settings.maxHeldBytes());
    }

    private static VertxPlatformHttpServerConfiguration configuration(EdgeSettings settings) {
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost(settings.host());
        configuration.setBindPort(wantedPort(settings));
        configuration.setPath("/");
        configuration.setMaxBodySize(settings.maxBodyBytes());
        configuration.getBodyHandler().setHandleFileUploads(false);
        configuration.getBodyHandler().setMergeFormAttributes(false);
        configuration.setServerType(VertxPlatformHttpRouter.SERVER_TYPE_SERVER);
        return configuration;
    }

    @Override
    protected void startServer() throws Exception {
        VertxPlatformHttpRouter router = router();
        EdgeErrors.installOn(router, getCamelContext()::isStarted);
        deployment = await(getVertx()
                .deployVerticle(() -> new Listener(router), new DeploymentOptions().setInstances(settings.loops()))
                .toCompletionStage()
                .toCompletableFuture());
        LOG.info("HTTP on {}:{}, {} event loops", settings.host(), getPort(), settings.loops());
    }

    @Override
    protected void stopServer() {
        if (deployment == null) {
            return;
        }
        getCamelContext().removeComponent(PlatformHttpConstants.PLATFORM_HTTP_COMPONENT_NAME);
        try {
            await(getVertx().undeploy(deployment).toCompletionStage().toCompletableFuture());
        } catch (Exception e) {
            LOG.warn("the HTTP server did not stop cleanly: {}", e.toString());
        } finally {
            deployment = null;
            first = null;
        }
    }

    @Override
    protected void stopVertx() {
        // not ours to stop
    }

    @Override
    public @Nullable HttpServer getServer() {
        return first;
    }

    @Override
    public int getPort() {
        HttpServer server = first;
        return server == null ? settings.port() : server.actualPort();
    }

    /** The request bodies in memory. */
    ByteBudget bodies() {
        return bodies;
    }

    EdgeSettings settings() {
        return settings;
    }

    VertxPlatformHttpRouter router() {
        return VertxPlatformHttpRouter.lookup(getCamelContext(), routerName());
    }

    /** Camel's name for it, which tells it from the management server's even when both take any port. */
    String routerName() {
        return VertxPlatformHttpRouter.getRouterNameFromPort(wantedPort(settings));
    }

    private static int wantedPort(EdgeSettings settings) {
        return settings.port() == 0 ? ANY_PORT : settings.port();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private final class Listener extends AbstractVerticle {

        private final VertxPlatformHttpRouter router;

        Listener(VertxPlatformHttpRouter router) {
            this.router = router;
        }

        @Override
        public void start(Promise<Void> started) {
            Vertx owner = vertx;
            HttpServerOptions options = new HttpServerOptions()
                    .setHandle100ContinueAutomatically(true)
                    // one request at a time on a connection: whoever leaves, or is cut off, is alone on it
                    .setHttp2ClearTextEnabled(false)
                    .setDecompressionSupported(false)
                    .setCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setTcpNoDelay(true)
                    .setAcceptBacklog(8192)
                    .setMaxInitialLineLength(8192)
                    .setMaxHeaderSize(16 * 1024);
            HttpServer server = owner.createHttpServer(options);
            ConnectionWatch watch = new ConnectionWatch(owner, settings.keepAlive());
            server.connectionHandler(watch::opened)
                    .requestHandler(request -> dispatch(watch, request))
                    .listen(wantedPort(settings), settings.host())
                    .onSuccess(bound -> first = bound)
                    .recover(failure -> Future.failedFuture(new IOException(
                            "cannot listen on " + settings.host() + ":" + settings.port() + ": " + failure.getMessage(),
                            failure)))
                    .<Void>mapEmpty()
                    .onComplete(started);
        }

        /** An absolute-form target is read for its path alone; one for another host is no mistake but an attempt. */
        private static boolean isForAnotherHost(HttpServerRequest request) {
            String uri = request.uri();
            int authority = uri.indexOf("://");
            if (uri.startsWith("/") || authority < 0) {
                return false;
            }
            String host = request.getHeader("host");
            return host == null || !uri.startsWith(host + "/", authority + 3);
        }

        private void dispatch(ConnectionWatch watch, HttpServerRequest request) {
            watch.began(request);
            if (settings.simulated()) {
                request.response().putHeader("x-llm-simulated", "true");
            }
            if (isForAnotherHost(request)) {
                EdgeErrors.refuse(
                        request, EdgeErrors.refusal(400, "invalid_target", "the request target is not of this host"));
                return;
            }
            router.handle(request);
        }
    }
}

package dev.echelon.ingress.http;

import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/** Starts the HTTP edge with a Camel context and stops it after the routes. Add it before the context starts. */
public final class EdgeHttpService extends ServiceSupport implements CamelContextAware {

    private final EdgeServer server;

    @Nullable
    private CamelContext context;

    public EdgeHttpService(EdgeSettings settings) {
        this.server = new EdgeServer(settings);
    }

    /** Puts the edge into a context that has not been started; its Vert.x must be in the registry. */
    public static EdgeHttpService install(CamelContext context, EdgeSettings settings) throws Exception {
        EdgeHttpService service = new EdgeHttpService(settings);
        service.setCamelContext(context);
        EdgeEngine engine = new EdgeEngine(service);
        engine.setCamelContext(context);
        context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, engine);
        context.addService(engine, true, true);
        context.addService(service, true, true);
        return service;
    }

    /** The port that is really bound, once started. */
    public int port() {
        return server.getPort();
    }

    EdgeServer server() {
        return server;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
        server.setCamelContext(camelContext);
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(server);
        if (context != null) {
            // the component must exist before the first platform-http route looks for it
            context.getComponent(PlatformHttpConstants.PLATFORM_HTTP_COMPONENT_NAME, PlatformHttpComponent.class);
        }
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(server);
    }
}

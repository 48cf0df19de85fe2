package dev.echelon.model;

import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An upstream made ready for calls: what they all say alike is put into words at the first, and its connections are found
 * once an event loop. One an instance, for as long as its generation. Thread-safe.
 */
public final class Destination {

    private final Upstream upstream;
    private final HttpClients clients;
    private final Map<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();

    @Nullable
    private volatile RequestOptions plain;

    @Nullable
    private volatile RequestOptions streamed;

    Destination(Upstream upstream, HttpClients clients) {
        this.upstream = upstream;
        this.clients = clients;
    }

    Upstream upstream() {
        return upstream;
    }

    /** The connections of the current event loop. */
    ConnectionPool pool() {
        EventLoop loop = clients.currentLoop();
        ConnectionPool known = pools.get(loop);
        return known != null ? known : pools.computeIfAbsent(loop, first -> clients.poolFor(upstream));
    }

    /**
     * A request, as yet without a body; shared by all calls and not to be changed.
     *
     * @throws IllegalArgumentException as {@link Upstream#options}
     */
    RequestOptions options(boolean stream) {
        RequestOptions known = stream ? streamed : plain;
        if (known == null) {
            known = upstream.options(HttpMethod.POST, upstream.dialect().head(upstream.key(), stream));
            if (stream) {
                streamed = known;
            } else {
                plain = known;
            }
        }
        return known;
    }
}

package dev.echelon.model;

import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One provider's connections on one event loop, and what is known of each. Used on that event loop only. With HTTP/1.1 a
 * connection carries one call, with HTTP/2 many.
 */
final class ConnectionPool {

    /** A connection that takes no more calls is closed by then, whatever still runs on it. */
    private static final long LONGEST_CALL_HOURS = 1;

    /** The same spread as chance would bring, but even: multiples of the golden ratio, modulo 1. */
    private static final double GOLDEN = 0.6180339887498949;

    private static final double LIFETIME_SPREAD = 0.1;

    /** Writes that wait together at most. */
    private static final int MOST_WRITES = 64;

    private final Vertx vertx;
    private final HttpClient client;
    private final ConnectionCounts counts;
    private final Duration lifetime;
    private final Map<HttpConnection, Use> connections = new HashMap<>();

    private static final class Use {
        private int calls;
        private boolean rested;
        private boolean retired;
    }

    /**
     * @param build makes the client, which tells of each connection that it establishes
     * @param lifetime of a connection; each lives up to a tenth less, so that they do not end together
     */
    ConnectionPool(
            Vertx vertx, Function<ConnectionPool, HttpClient> build, ConnectionCounts counts, Duration lifetime) {
        this.vertx = vertx;
        this.counts = counts;
        this.lifetime = lifetime;
        this.client = build.apply(this);
    }

    /** Hears of each connection that is established. */
    void connected(HttpConnection connection) {
        connections.put(connection, new Use());
        writeTogether(connection);
        double spread = LIFETIME_SPREAD * (counts.opened() * GOLDEN % 1);
        long millis = Math.max(1, (long) (lifetime.toMillis() * (1 - spread)));
        long timer = vertx.setTimer(millis, ended -> retire(connection));
        connection.closeHandler(closed -> {
            vertx.cancelTimer(timer);
            counts.closed();
            Use use = connections.remove(connection);
            if (use != null && use.calls > 0) {
                counts.active(-1);
            }
        });
    }

    /** Requests that are written while the event loop goes through what has come in leave when it is through. */
    private static void writeTogether(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channelHandlerContext().pipeline().addFirst(new FlushConsolidationHandler(MOST_WRITES, true));
        }
    }

    /** A request on a connection that has room; nothing is sent yet. */
    Future<HttpClientRequest> request(RequestOptions options) {
        Future<HttpClientRequest> connected = client.request(options);
        if (!connected.isComplete()) {
            counts.waiting(1);
            connected.onComplete(had -> counts.waiting(-1));
        }
        return connected;
    }

    /**
     * A call begins.
     *
     * @return whether the connection has stood idle: when it turns out to be dead then, that is no failure of the provider
     */
    boolean begin(HttpConnection connection) {
        Use use = connections.get(connection);
        if (use == null) {
            return true;
        }
        if (use.calls++ == 0) {
            counts.active(1);
        }
        return use.rested;
    }

    /** A call is over and its answer was read to its end: the connection is as good as before. */
    void keep(HttpConnection connection) {
        Use use = connections.get(connection);
        if (use != null) {
            use.rested = true;
            end(use);
        }
    }

    /**
     * A call is over before its answer was: nobody can use the connection again, unless it is HTTP/2, where only the
     * stream was lost.
     */
    void drop(HttpClientRequest call) {
        call.reset(Http2Error.CANCEL.code());
        HttpConnection connection = call.connection();
        if (call.version() != HttpVersion.HTTP_2) {
            cut(connection);
            return;
        }
        Use use = connections.get(connection);
        if (use != null) {
            end(use);
        }
    }

    /** So many events of a stream could not be read and were left out. */
    void skipped(int events) {
        counts.skipped(events);
    }

    private void end(Use use) {
        if (--use.calls == 0) {
            counts.active(-1);
        }
    }

    /** Closes at once. A mere reset first writes what is still unsent, and would wait for an upstream that does not read. */
    private static void cut(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            ChannelFuture unused = base.channelHandlerContext().close();
        }
    }

    static boolean isOpen(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                && base.channelHandlerContext().channel().isActive();
    }

    /** The connection takes no more calls; those that run on it are finished. */
    void retire(HttpConnection connection) {
        Use use = connections.get(connection);
        if (use != null && !use.retired) {
            use.retired = true;
            connection.shutdown(LONGEST_CALL_HOURS, TimeUnit.HOURS);
        }
    }

    /** Opens a connection, unless there is one; that it cannot be had does no harm. */
    void warmUp(RequestOptions options) {
        if (connections.isEmpty()) {
            request(options).onSuccess(this::giveBack);
        }
    }

    /** A request that nobody needs any more, and of which nothing was sent. */
    void giveBack(HttpClientRequest unsent) {
        Use use = connections.get(unsent.connection());
        if (use != null) {
            use.rested = true;
        }
        unsent.exceptionHandler(nobody -> {});
        unsent.reset();
    }

    void close() {
        client.close();
    }
}

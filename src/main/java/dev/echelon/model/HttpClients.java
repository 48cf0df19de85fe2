package dev.echelon.model;

import dev.echelon.domain.ConnectionStats;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keep-alive connections to the providers, one pool an address and event loop: a request leaves on the loop it came in
 * on. No redirects, no retries, no decompression; certificates are checked against the JDK's trust store.
 */
final class HttpClients {

    private static final int WAITERS_PER_CONNECTION = 16;
    private static final int MAX_PROBES = 64;
    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final int loops;
    private final Map<Key, Pool> pools = new ConcurrentHashMap<>();
    private final HttpClient probes;

    HttpClients(Vertx vertx, int loops) {
        this.vertx = vertx;
        this.loops = loops;
        this.probes =
                build(options().setKeepAlive(false), new PoolOptions().setHttp1MaxSize(MAX_PROBES), connection -> {});
    }

    private record Key(EventLoop loop, String scheme, String authority, Duration connectTimeout, int maxConnections) {}

    /**
     * A client and its connections.
     *
     * @param open the established ones
     * @param leased those that carry a call
     * @param used those that have already carried an answer: one of these that turns out to be dead is no failure of the
     *     provider
     */
    record Pool(HttpClient client, Set<HttpConnection> open, Set<HttpConnection> leased, Set<HttpConnection> used) {}

    ConnectionStats stats() {
        int open = 0;
        int leased = 0;
        for (Pool pool : pools.values()) {
            open += pool.open().size();
            leased += pool.leased().size();
        }
        return new ConnectionStats(open, leased);
    }

    /** The pool of the current event loop. */
    Pool poolFor(Upstream upstream) {
        URI url = upstream.baseUrl();
        Key key = new Key(
                ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop(),
                url.getScheme(),
                url.getRawAuthority(),
                upstream.connectTimeout(),
                upstream.maxConnections());
        return pools.computeIfAbsent(key, this::open);
    }

    private Pool open(Key key) {
        int size = Math.max(1, (key.maxConnections() + loops - 1) / loops);
        HttpClientOptions options = options()
                .setSsl("https".equalsIgnoreCase(key.scheme()))
                .setConnectTimeout((int) key.connectTimeout().toMillis())
                // a handshake is part of connecting
                .setSslHandshakeTimeout(key.connectTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAlive(true)
                .setKeepAliveTimeout((int) KEEP_ALIVE.toSeconds());
        PoolOptions sizes = new PoolOptions().setHttp1MaxSize(size).setMaxWaitQueueSize(WAITERS_PER_CONNECTION * size);
        Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
        Set<HttpConnection> leased = ConcurrentHashMap.newKeySet();
        Set<HttpConnection> used = ConcurrentHashMap.newKeySet();
        HttpClient client = build(options, sizes, connection -> {
            open.add(connection);
            connection.closeHandler(closed -> {
                open.remove(connection);
                leased.remove(connection);
                used.remove(connection);
            });
        });
        return new Pool(client, open, leased, used);
    }

    /**
     * For probes: each has a connection of its own, so that neither an idle connection that has died nor a pool that is
     * busy with prompts makes one fail. TLS and the connect time-out are the request's to say.
     */
    HttpClient forProbes() {
        return probes;
    }

    private static HttpClientOptions options() {
        return new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setPipelining(false)
                .setDecompressionSupported(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setTcpNoDelay(true);
    }

    private HttpClient build(HttpClientOptions options, PoolOptions sizes, Consumer<HttpConnection> connected) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(sizes)
                .withConnectHandler(connection -> {
                    // what breaks a connection is told by the call that it carries; without a handler Vert.x logs it
                    connection.exceptionHandler(told -> {});
                    connected.accept(connection);
                })
                .build();
    }

    /** Closes at once. A mere reset first writes what is still unsent, and would wait for an upstream that does not read. */
    static void cut(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            ChannelFuture unused = base.channelHandlerContext().close();
        }
    }

    void close() {
        pools.values().forEach(pool -> pool.client().close());
        pools.clear();
        probes.close();
    }
}

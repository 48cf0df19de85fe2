package dev.echelon.model;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionStats;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.impl.ContextInternal;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keep-alive connections to the providers, one pool a provider, address and event loop: a request leaves on the loop it
 * came in on. No redirects, no retries, no decompression; certificates are checked against the JDK's trust store.
 */
final class HttpClients {

    private static final int WAITERS_PER_CONNECTION = 16;
    private static final int MAX_PROBES = 64;
    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final int STREAMS_PER_CONNECTION = 100;

    private final Vertx vertx;
    private final int loops;
    private final Map<Key, ConnectionPool> pools = new ConcurrentHashMap<>();
    private final Map<String, ConnectionCounts> counts = new ConcurrentHashMap<>();
    private final Map<Boolean, HttpClient> probes = new ConcurrentHashMap<>();

    HttpClients(Vertx vertx, int loops) {
        this.vertx = vertx;
        this.loops = loops;
    }

    private record Key(EventLoop loop, String provider, String scheme, String authority, ConnectionRules rules) {}

    /** By the provider's name; those that were never asked are left out. */
    Map<String, ConnectionStats> stats() {
        Map<String, ConnectionStats> stats = new TreeMap<>();
        counts.forEach((provider, its) -> stats.put(provider, its.stats()));
        return stats;
    }

    EventLoop currentLoop() {
        return ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    }

    /** The pool of the current event loop. */
    ConnectionPool poolFor(Upstream upstream) {
        URI url = upstream.baseUrl();
        Key key = new Key(
                currentLoop(), upstream.provider(), url.getScheme(), url.getRawAuthority(), upstream.connections());
        ConnectionPool known = pools.get(key);
        return known != null ? known : pools.computeIfAbsent(key, added -> open(upstream));
    }

    private ConnectionPool open(Upstream upstream) {
        ConnectionRules rules = upstream.connections();
        int size = Math.max(1, (rules.max() + loops - 1) / loops);
        HttpClientOptions options = options(upstream.http2())
                .setSsl(upstream.tls())
                .setUseAlpn(upstream.tls() && upstream.http2())
                .setConnectTimeout((int) rules.connectTimeout().toMillis())
                // a handshake is part of connecting
                .setSslHandshakeTimeout(rules.connectTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAlive(true)
                .setKeepAliveTimeout(seconds(rules))
                .setHttp2KeepAliveTimeout(seconds(rules));
        PoolOptions sizes = new PoolOptions()
                .setHttp1MaxSize(size)
                .setHttp2MaxSize(size)
                .setMaxWaitQueueSize(WAITERS_PER_CONNECTION * size);
        return new ConnectionPool(
                vertx,
                pool -> build(options, sizes, pool::connected),
                counts.computeIfAbsent(upstream.provider(), first -> new ConnectionCounts()),
                rules.lifetime());
    }

    private static int seconds(ConnectionRules rules) {
        return (int) Math.max(1, rules.idle().toSeconds());
    }

    /**
     * For probes: each has a connection of its own, so that neither an idle connection that has died nor a pool that is
     * busy with prompts makes one fail. TLS and the connect time-out are the request's to say.
     */
    HttpClient forProbes(Upstream upstream) {
        return probes.computeIfAbsent(
                upstream.http2(),
                http2 -> build(
                        options(http2).setUseAlpn(http2).setKeepAlive(false).setHttp2MultiplexingLimit(1),
                        new PoolOptions().setHttp1MaxSize(MAX_PROBES).setHttp2MaxSize(MAX_PROBES),
                        connection -> {}));
    }

    /** A stalled reader holds no more than its stream's window, and all streams' windows fit into the connection's. */
    private static HttpClientOptions options(boolean http2) {
        return new HttpClientOptions()
                .setProtocolVersion(http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MultiplexingLimit(STREAMS_PER_CONNECTION)
                .setHttp2ConnectionWindowSize(STREAMS_PER_CONNECTION * Http2Settings.DEFAULT_INITIAL_WINDOW_SIZE)
                .setInitialSettings(new Http2Settings().setPushEnabled(false).setMaxHeaderListSize(MAX_HEADER_BYTES))
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

    void close() {
        pools.values().forEach(ConnectionPool::close);
        pools.clear();
        probes.values().forEach(HttpClient::close);
    }
}

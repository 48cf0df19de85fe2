package dev.echelon.testing;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * A real HTTP/1.1 upstream on loopback that does to every request what the test has scripted, down to single bytes, and
 * remembers what it saw. It speaks both dialects, by the path of the request.
 *
 * <pre>{@code
 * try (FakeProvider provider = FakeProvider.start()) {
 *     provider.script(Behaviour.status(500), Behaviour.reset());   // the first two requests
 *     provider.always(Behaviour.text("hello"));                    // all others
 *     provider.alwaysFor("gpt-4o", Behaviour.silence());           // but these
 * }
 * }</pre>
 *
 * What is said for a model goes before what is said for all, and a script before {@code always}. Without any, it
 * answers {@code "hello from <model>"}. Model lists and single models ({@code GET .../models...}) are apart: they use no script and are
 * counted in {@link #probes}.
 */
public final class FakeProvider implements AutoCloseable {

    private static final int LOOPS = 2;
    private static final int BACKLOG = 4096;
    private static final List<Socket> REFUSING = new CopyOnWriteArrayList<>();

    private final EventLoopGroup loops = new NioEventLoopGroup(LOOPS, new DefaultThreadFactory("fake-provider", true));
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger accepted = new AtomicInteger();
    private final Channel server;

    private final Queue<Behaviour> script = new ConcurrentLinkedQueue<>();
    private final Map<String, Queue<Behaviour>> scriptByModel = new ConcurrentHashMap<>();
    private final Map<String, Behaviour> alwaysByModel = new ConcurrentHashMap<>();
    private volatile Behaviour always = Behaviour.hello();
    private volatile Behaviour models = Behaviour.modelList("gpt-4o", "gpt-4o-mini");

    private final Queue<Seen> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Seen> probes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger current = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();

    private final boolean tls;

    private FakeProvider(int port, SslContext context) {
        tls = context != null;
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted.incrementAndGet();
                        connections.add(channel);
                        if (context != null) {
                            channel.pipeline().addLast(context.newHandler(channel.alloc()));
                        }
                        FakeConnection.install(channel, FakeProvider.this::arrived);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
    }

    /** Listens on any free port. */
    public static FakeProvider start() {
        return new FakeProvider(0, null);
    }

    /** Listens on this port, for instance one that was listened on before. */
    public static FakeProvider start(int port) {
        return new FakeProvider(port, null);
    }

    /** Listens on any free port for TLS. */
    public static FakeProvider startTls(KeyManagerFactory keys) {
        try {
            return new FakeProvider(
                    0,
                    SslContextBuilder.forServer(keys)
                            .sslProvider(SslProvider.JDK)
                            .build());
        } catch (SSLException e) {
            throw new IllegalArgumentException("a key that TLS cannot use", e);
        }
    }

    /** A loopback port on which connecting is refused, until the JVM ends: it is taken, but nobody listens. */
    public static int refusedPort() {
        try {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            REFUSING.add(socket);
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Without path: {@code http://127.0.0.1:PORT}, or {@code https}. */
    public String baseUrl() {
        return (tls ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** What the next requests get, one each. */
    public FakeProvider script(Behaviour... next) {
        script.addAll(List.of(next));
        return this;
    }

    /** What the next requests for this model get, one each. */
    public FakeProvider scriptFor(String model, Behaviour... next) {
        scriptByModel
                .computeIfAbsent(model, any -> new ConcurrentLinkedQueue<>())
                .addAll(List.of(next));
        return this;
    }

    /** What a request gets when no script is left. */
    public FakeProvider always(Behaviour behaviour) {
        always = behaviour;
        return this;
    }

    /** What a request for this model gets when no script for it is left. */
    public FakeProvider alwaysFor(String model, Behaviour behaviour) {
        alwaysByModel.put(model, behaviour);
        return this;
    }

    /** What a request for the list of models gets. */
    public FakeProvider models(Behaviour behaviour) {
        models = behaviour;
        return this;
    }

    /** All requests but those for models and their list, in order of arrival. */
    public List<Seen> requests() {
        return List.copyOf(requests);
    }

    /** The requests for one model, in order of arrival. */
    public List<Seen> requests(String model) {
        return requests.stream().filter(seen -> seen.model().equals(model)).toList();
    }

    public int count() {
        return requests.size();
    }

    public Seen last() {
        List<Seen> all = requests();
        if (all.isEmpty()) {
            throw new AssertionError("no request has arrived");
        }
        return all.get(all.size() - 1);
    }

    /** Waits for the request with this index, from 0. */
    public Seen await(int index, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (count() <= index) {
            if (System.nanoTime() > end) {
                throw new AssertionError("only " + count() + " requests within " + atMost);
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return requests().get(index);
    }

    /** The requests for models and their list, in order of arrival. */
    public List<Seen> probes() {
        return List.copyOf(probes);
    }

    /** Requests being answered now. */
    public int current() {
        return current.get();
    }

    /** The most requests that were being answered at one time. */
    public int peak() {
        return peak.get();
    }

    /** Connections that are open now. */
    public int connections() {
        return connections.size();
    }

    /** Connections that were ever accepted. */
    public int acceptedConnections() {
        return accepted.get();
    }

    /** Forgets what was seen and scripted; the peak starts from now. Requests being answered go on. */
    public void reset() {
        script.clear();
        scriptByModel.clear();
        alwaysByModel.clear();
        always = Behaviour.hello();
        forget();
        peak.set(current.get());
    }

    /** Forgets what was seen. */
    public void forget() {
        requests.clear();
        probes.clear();
    }

    /** Closes its port and all connections; from now on connecting is refused. */
    @Override
    public void close() {
        if (loops.isShuttingDown()) {
            return;
        }
        server.close().syncUninterruptibly();
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void arrived(FakeCall call) {
        Seen seen = call.seen();
        if (seen.method().equals("GET") && seen.path().contains("/models")) {
            probes.add(seen);
            Behaviour one = Behaviour.model(seen.path().replaceFirst(".*/models/?", ""));
            (seen.path().endsWith("/models") ? models : one).answer(call);
            return;
        }
        int now = current.incrementAndGet();
        peak.accumulateAndGet(now, Math::max);
        call.whenOver(current::decrementAndGet);
        requests.add(seen);
        next(seen.model()).answer(call);
    }

    private Behaviour next(String model) {
        Queue<Behaviour> ofModel = scriptByModel.get(model);
        Behaviour behaviour = ofModel == null ? null : ofModel.poll();
        if (behaviour == null) {
            behaviour = alwaysByModel.get(model);
        }
        if (behaviour == null) {
            behaviour = script.poll();
        }
        return behaviour == null ? always : behaviour;
    }
}

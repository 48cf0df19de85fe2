package dev.echelon.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Connections of a load to one gateway. Closing it closes them. */
final class Callers implements AutoCloseable {

    private static final int CONNECT_MILLIS = 20_000;

    private final Loops loops;
    private final int port;
    private final ByteBuf bytes;
    private final ByteBuf request;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    Callers(Loops loops, Endpoint endpoint, String body) {
        this.loops = loops;
        this.port = endpoint.port();
        byte[] text = request(endpoint, body).getBytes(StandardCharsets.US_ASCII);
        this.bytes = Unpooled.directBuffer(text.length).writeBytes(text);
        this.request = Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    /**
     * Where a gateway takes requests on loopback.
     *
     * @param headers that it needs
     */
    record Endpoint(int port, Map<String, String> headers) {}

    static String request(Endpoint endpoint, String body) {
        StringBuilder head = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:")
                .append(endpoint.port())
                .append("\r\ncontent-type: application/json\r\nauthorization: Bearer k\r\ncontent-length: ")
                .append(body.length())
                .append("\r\n");
        endpoint.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").append(body).toString();
    }

    /** Opens connections, evenly over a time, and returns when all have been asked for. */
    void open(int count, Duration over, Caller.Listener listener) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops.group())
                .channel(loops.client())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        open.add(channel);
                        channel.pipeline().addLast(new Caller(request, listener));
                    }
                });
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + over.toNanos() * i / count;
            sleep(due - System.nanoTime());
            ChannelFuture unused = bootstrap.connect("127.0.0.1", port).addListener(connected -> {
                if (!connected.isSuccess()) {
                    listener.broken(connected.cause());
                }
            });
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(Math.max(0, nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        open.close().awaitUninterruptibly();
        bytes.release();
    }
}

package dev.echelon.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An OpenAI upstream that costs next to nothing: ready-made answers, and events that carry the time at which they were
 * written. A process of its own; prints its ports when it listens.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, which is seen
final class Upstream {

    private static final int ADDRESSES = 2;
    private static final int BACKLOG = 16_384;

    private Upstream() {}

    /** Takes what {@link #command} gives. */
    public static void main(String[] arguments) throws Exception {
        Path trustStore = Path.of(arguments[0]);
        Behaviour behaviour = Behaviour.of(Arrays.asList(arguments).subList(1, arguments.length));
        if (behaviour.tls()) {
            System.out.println(ports(TlsUpstream.listen(behaviour, plain(behaviour), trustStore, ADDRESSES)));
            return;
        }
        Loops loops = Loops.of(Runtime.getRuntime().availableProcessors());
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < ADDRESSES; i++) {
            ports.add(listen(loops, behaviour));
        }
        System.out.println(ports(ports));
    }

    private static String ports(List<Integer> ports) {
        return "ports " + ports.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String plain(Behaviour behaviour) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":"
                + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + "a".repeat(behaviour.answerBytes())
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":250,\"completion_tokens\":250,"
                + "\"total_tokens\":500}}";
    }

    private static int listen(Loops loops, Behaviour behaviour) {
        Answers answers = Answers.of(behaviour);
        Channel channel = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accepted.pipeline().addLast(new Connection(answers, behaviour));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
        return ((java.net.InetSocketAddress) channel.localAddress()).getPort();
    }

    /** What is sent, as bytes. */
    private record Answers(ByteBuf plain, ByteBuf models, ByteBuf streamHead, ByteBuf streamEnd) {

        static Answers of(Behaviour behaviour) {
            String last = """
                    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",\
                    "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                    data: [DONE]

                    """;
            return new Answers(
                    bytes(json(Upstream.plain(behaviour))),
                    bytes(json("{\"object\":\"list\",\"data\":[]}")),
                    // nginx collects an answer unless it is told not to
                    bytes(String.join(
                            "\r\n",
                            "HTTP/1.1 200 OK",
                            "content-type: text/event-stream",
                            "x-accel-buffering: no",
                            "transfer-encoding: chunked",
                            "",
                            "")),
                    bytes(Integer.toHexString(last.length()) + "\r\n" + last + "\r\n0\r\n\r\n"));
        }

        private static String json(String body) {
            return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                    + body;
        }

        private static ByteBuf bytes(String text) {
            byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
            return Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(ascii.length).writeBytes(ascii).asReadOnly());
        }
    }

    /** One connection of a caller. */
    private static final class Connection extends HttpMessages {

        private static final byte[] EVENT_START =
                ("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                                + "[{\"index\":0,\"delta\":{\"content\":\"")
                        .getBytes(StandardCharsets.US_ASCII);
        private static final byte[] EVENT_END = "\"},\"finish_reason\":null}]}\n\n".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] CHUNK_START = chunkStart();
        private static final byte[] CHUNK_END = {'\r', '\n'};

        private final Answers answers;
        private final Behaviour behaviour;
        private boolean asksForModels;
        private long firstEventAt;

        Connection(Answers answers, Behaviour behaviour) {
            this.answers = answers;
            this.behaviour = behaviour;
        }

        private static byte[] chunkStart() {
            int length = EVENT_START.length + Stamp.DIGITS + EVENT_END.length;
            return (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        protected void head(ChannelHandlerContext context, String head) {
            asksForModels = head.startsWith("GET ");
        }

        @Override
        protected void body(ChannelHandlerContext context, ByteBuf bytes) {
            // the prompt is of no interest
        }

        @Override
        protected void end(ChannelHandlerContext context) {
            if (asksForModels) {
                context.writeAndFlush(answers.models().duplicate(), context.voidPromise());
            } else if (behaviour.events() > 0) {
                context.write(answers.streamHead().duplicate(), context.voidPromise());
                firstEventAt = System.nanoTime();
                event(context, 0);
            } else if (behaviour.delay().isZero()) {
                context.writeAndFlush(answers.plain().duplicate(), context.voidPromise());
            } else {
                Future<?> unused = context.executor()
                        .schedule(
                                () -> context.writeAndFlush(answers.plain().duplicate(), context.voidPromise()),
                                behaviour.delay().toNanos(),
                                TimeUnit.NANOSECONDS);
            }
        }

        /** Each event has a moment of its own, so that one that is late delays no other. */
        private void event(ChannelHandlerContext context, int number) {
            if (!context.channel().isActive()) {
                return;
            }
            if (number == behaviour.events()) {
                context.writeAndFlush(answers.streamEnd().duplicate(), context.voidPromise());
                return;
            }
            ByteBuf event = context.alloc()
                    .directBuffer(CHUNK_START.length
                            + EVENT_START.length
                            + Stamp.DIGITS
                            + EVENT_END.length
                            + CHUNK_END.length);
            event.writeBytes(CHUNK_START).writeBytes(EVENT_START);
            Stamp.write(event, System.nanoTime());
            event.writeBytes(EVENT_END).writeBytes(CHUNK_END);
            context.writeAndFlush(event, context.voidPromise());
            long next = firstEventAt + (number + 1) * behaviour.interval().toNanos();
            EventLoop loop = context.channel().eventLoop();
            Future<?> unused = loop.schedule(
                    () -> event(context, number + 1), Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /**
     * Its command line, after {@code java}.
     *
     * @param trustStore where it writes whom to trust, if it speaks TLS
     */
    static List<String> command(Behaviour behaviour, Path trustStore) {
        List<String> command = new ArrayList<>(List.of(
                "-Xmx512m",
                "-XX:+UseParallelGC",
                "-cp",
                System.getProperty("java.class.path"),
                Upstream.class.getName(),
                trustStore.toString()));
        command.addAll(behaviour.arguments());
        return command;
    }
}

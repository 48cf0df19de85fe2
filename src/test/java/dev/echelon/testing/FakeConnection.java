package dev.echelon.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One connection of a {@link FakeProvider}: reads whole requests, writes only what a behaviour writes. */
final class FakeConnection extends ChannelInboundHandlerAdapter {

    private static final int MAX_LINE = 64 << 10;
    private static final int MAX_HEADERS = 1 << 20;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Consumer<FakeCall> arrived;
    private final List<FakeCall> calls = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private HttpRequest head;

    private FakeConnection(Consumer<FakeCall> arrived) {
        this.arrived = arrived;
    }

    static void install(Channel channel, Consumer<FakeCall> arrived) {
        channel.pipeline()
                .addLast(new HttpRequestDecoder(MAX_LINE, MAX_HEADERS, MAX_LINE))
                .addLast(new FakeConnection(arrived));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                head = request;
                body.reset();
                if (HttpUtil.is100ContinueExpected(request)) {
                    FakeCall.ignore(context.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE)));
                }
            }
            if (message instanceof HttpContent content) {
                ByteBuf bytes = content.content();
                body.writeBytes(ByteBufUtil.getBytes(bytes));
            }
            if (message instanceof LastHttpContent) {
                Seen seen = new Seen(head, body.toByteArray());
                FakeCall call = new FakeCall(context.channel(), seen, HttpUtil.isKeepAlive(head));
                calls.removeIf(FakeCall::over);
                calls.add(call);
                arrived.accept(call);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        calls.forEach(FakeCall::connectionClosed);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        FakeCall.ignore(context.close());
    }
}

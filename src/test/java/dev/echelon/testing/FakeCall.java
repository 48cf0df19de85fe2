package dev.echelon.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One request and the connection to answer it on. A {@link Behaviour} calls it on the connection's event loop only, which
 * is where {@link #later} runs things; once the call is over, writes go nowhere.
 */
public final class FakeCall {

    private static final byte[] LINE_END = {'\r', '\n'};

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

    private final Channel channel;
    private final Seen seen;
    private final boolean keepAlive;
    private Runnable whenOver = () -> {};
    private boolean over;

    FakeCall(Channel channel, Seen seen, boolean keepAlive) {
        this.channel = channel;
        this.seen = seen;
        this.keepAlive = keepAlive;
    }

    public Seen seen() {
        return seen;
    }

    /** A whole answer with its content-length. */
    public void respond(int status, Map<String, String> headers, byte[] body) {
        StringBuilder head = head(status, headers);
        head.append("content-length: ").append(body.length).append("\r\n\r\n");
        complete(Unpooled.wrappedBuffer(ascii(head.toString()), body));
    }

    /** The head of a chunked answer. */
    public void start(int status, Map<String, String> headers) {
        raw(head(status, headers).append("transfer-encoding: chunked\r\n\r\n").toString());
    }

    /** One chunk of an answer begun with {@link #start}. */
    public void chunk(String text) {
        chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** One chunk of an answer begun with {@link #start}. */
    public void chunk(byte[] bytes) {
        write(Unpooled.wrappedBuffer(ascii(Integer.toHexString(bytes.length) + "\r\n"), bytes, LINE_END));
    }

    /** The end of an answer begun with {@link #start}. */
    public void end() {
        complete(Unpooled.wrappedBuffer(LAST_CHUNK));
    }

    /** These characters, as they stand. */
    public void raw(String text) {
        raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** These bytes, as they stand. */
    public void raw(byte[] bytes) {
        write(Unpooled.wrappedBuffer(bytes));
    }

    /** Whether the other side reads as fast as we write. */
    public boolean writable() {
        return channel.isWritable();
    }

    /** Runs the step after a delay, unless the call is over by then. */
    public void later(Duration delay, Runnable step) {
        ignore(channel.eventLoop()
                .schedule(
                        () -> {
                            if (!over) {
                                step.run();
                            }
                        },
                        delay.toNanos(),
                        TimeUnit.NANOSECONDS));
    }

    /** The answer is complete; the connection is free for the next request. */
    public void done() {
        complete(Unpooled.EMPTY_BUFFER);
    }

    /** Closes the connection in the ordinary way, after what was written. */
    public void close() {
        finish();
        ignore(channel.close());
    }

    /** Closes the connection by a reset. */
    public void reset() {
        finish();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        ignore(channel.close());
    }

    /** Says that nothing more comes, but still takes what the other side sends. */
    public void halfClose() {
        ignore(((SocketChannel) channel).shutdownOutput());
    }

    boolean over() {
        return over;
    }

    void whenOver(Runnable action) {
        whenOver = action;
    }

    void connectionClosed() {
        if (!over) {
            seen.abandoned();
            finish();
        }
    }

    static void ignore(Future<?> unused) {}

    /** Over before the last byte is out, so that a caller who has it all sees the counts go down. */
    private void complete(ByteBuf last) {
        if (over) {
            last.release();
            return;
        }
        seen.answered();
        seen.sent(last.readableBytes());
        finish();
        ignore(channel.writeAndFlush(last));
        if (!keepAlive) {
            ignore(channel.close());
        }
    }

    private void write(ByteBuf bytes) {
        if (over) {
            bytes.release();
        } else {
            seen.sent(bytes.readableBytes());
            ignore(channel.writeAndFlush(bytes));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void finish() {
        if (!over) {
            over = true;
            whenOver.run();
        }
    }

    private static StringBuilder head(int status, Map<String, String> headers) {
        StringBuilder head =
                new StringBuilder("HTTP/1.1 ").append(status).append(" Status").append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head;
    }
}

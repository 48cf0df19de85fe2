package dev.echelon.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** One connection to a gateway; one request at a time on it. Used on its event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, which is seen
final class Caller extends HttpMessages {

    private static final String GOOD = "HTTP/1.1 200";

    private final ByteBuf request;
    private final Listener listener;
    private final Stamp stamps = new Stamp();
    private ChannelHandlerContext context;
    private long sentAt;
    private boolean busy;
    private boolean good;
    private boolean begun;
    private int eventsOfRead;

    /** @param request head and body, sent again and again */
    Caller(ByteBuf request, Listener listener) {
        this.request = request;
        this.listener = listener;
    }

    /** Hears what becomes of requests, on the event loops. */
    interface Listener {

        /** Ready for its first request. */
        void connected(Caller caller);

        /**
         * The first bytes of an answer's body are here.
         *
         * @param nanos since the request was sent
         */
        default void firstByte(long nanos) {}

        /**
         * An event is here.
         *
         * @param nanos since the upstream wrote it
         * @param glued whether it came in the same read as the one before it
         */
        default void event(long nanos, boolean glued) {}

        /**
         * An answer is complete.
         *
         * @param nanos since the request was sent
         * @param good whether its status was 200
         */
        void answered(Caller caller, boolean good, long nanos);

        /** The connection failed, or was closed with a request on it. */
        void broken(Throwable cause);
    }

    void send() {
        busy = true;
        begun = false;
        sentAt = System.nanoTime();
        context.writeAndFlush(request.duplicate(), context.voidPromise());
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        listener.connected(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext active, Object bytes) throws Exception {
        eventsOfRead = 0;
        super.channelRead(active, bytes);
    }

    @Override
    protected void head(ChannelHandlerContext active, String head) {
        good = head.startsWith(GOOD);
    }

    @Override
    protected void body(ChannelHandlerContext active, ByteBuf bytes) {
        long now = System.nanoTime();
        if (!begun) {
            begun = true;
            listener.firstByte(now - sentAt);
        }
        stamps.read(bytes, written -> {
            eventsOfRead++;
            listener.event(now - written, eventsOfRead > 1);
        });
    }

    @Override
    protected void end(ChannelHandlerContext active) {
        busy = false;
        listener.answered(this, good, System.nanoTime() - sentAt);
    }

    @Override
    public void channelInactive(ChannelHandlerContext gone) throws Exception {
        super.channelInactive(gone);
        if (busy) {
            busy = false;
            listener.broken(new java.io.IOException("closed"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        failed.close();
    }
}

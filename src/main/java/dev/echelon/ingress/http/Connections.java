package dev.echelon.ingress.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** What Vert.x does not let one say of a connection. */
final class Connections {

    /** Writes that wait together at most. */
    private static final int MOST_WRITES = 64;

    private Connections() {}

    /**
     * What is written while the event loop goes through what has come in leaves when it is through: the other processes
     * are woken once and find it all, instead of once for each connection.
     */
    static void writeTogether(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channelHandlerContext().pipeline().addFirst(new FlushConsolidationHandler(MOST_WRITES, true));
        }
    }

    /** Each write leaves when it is made: of a stream nothing is to wait for anything, nor come together with it. */
    static void writeAtOnce(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            ChannelPipeline pipeline = base.channelHandlerContext().pipeline();
            if (pipeline.get(FlushConsolidationHandler.class) != null) {
                pipeline.remove(FlushConsolidationHandler.class);
            }
        }
    }

    /**
     * Closes at once, for the other side may not read. Vert.x's own close first writes what is still unsent, and would wait
     * for such a reader for ever.
     */
    static void cut(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            ChannelFuture unused = base.channelHandlerContext().close();
        } else {
            connection.close();
        }
    }
}

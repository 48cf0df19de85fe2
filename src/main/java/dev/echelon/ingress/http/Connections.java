package dev.echelon.ingress.http;

import io.netty.channel.ChannelFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** Ends connections whose other side does not read. */
final class Connections {

    private Connections() {}

    /** Closes at once. Vert.x's own close first writes what is still unsent, and would wait for such a reader for ever. */
    static void cut(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            ChannelFuture unused = base.channelHandlerContext().close();
        } else {
            connection.close();
        }
    }
}

package dev.echelon.model;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.StreamResetException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What goes wrong with a connection, in our words. */
final class CallFailures {

    private CallFailures() {}

    /** No connection came about. */
    static ModelFailure connecting(Upstream upstream, @Nullable Throwable cause) {
        if (cause instanceof ConnectionPoolTooBusyException) {
            return ModelFailure.of(FailureKind.SATURATED, "no free connection to " + upstream.provider());
        }
        boolean handshake = cause != null && cause.getCause() instanceof SslHandshakeTimeoutException;
        if (handshake || cause instanceof ConnectTimeoutException) {
            return ModelFailure.of(
                    FailureKind.TIMEOUT,
                    "no connection within "
                            + upstream.connections().connectTimeout().toMillis() + " ms");
        }
        return network(upstream);
    }

    /** A connection broke, or what came over it is not HTTP or more of it than anybody sends. */
    static ModelFailure talking(Upstream upstream, @Nullable Throwable cause) {
        boolean unreadable =
                cause instanceof DecoderException decoding && !(decoding.getCause() instanceof SSLException);
        return unreadable
                        || cause instanceof Http2Exception
                        || cause instanceof IllegalArgumentException
                        || cause instanceof IllegalStateException
                ? ModelFailure.of(FailureKind.BAD_RESPONSE, "the answer of " + upstream.provider() + " is no HTTP")
                : network(upstream);
    }

    /**
     * Whether the other side of an HTTP/2 connection has said that it did not look at the request: it refused the stream,
     * or took its leave (GOAWAY) before it, which is the one way for a stream to be closed on an open connection.
     */
    static boolean untouched(Throwable cause, HttpConnection connection) {
        return cause instanceof StreamResetException reset
                ? reset.getCode() == Http2Error.REFUSED_STREAM.code()
                : cause instanceof HttpClosedException && ConnectionPool.isOpen(connection);
    }

    /** Whether one HTTP/2 stream was ended, and not the connection. */
    static boolean resetsStream(Throwable cause) {
        return cause instanceof StreamResetException;
    }

    private static ModelFailure network(Upstream upstream) {
        return ModelFailure.of(FailureKind.NETWORK_ERROR, "the connection to " + upstream.provider() + " failed");
    }
}

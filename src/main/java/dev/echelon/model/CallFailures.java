package dev.echelon.model;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
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
                    "no connection within " + upstream.connectTimeout().toMillis() + " ms");
        }
        return network(upstream);
    }

    /** A connection broke, or what came over it is not HTTP or more of it than anybody sends. */
    static ModelFailure talking(Upstream upstream, @Nullable Throwable cause) {
        boolean unreadable =
                cause instanceof DecoderException decoding && !(decoding.getCause() instanceof SSLException);
        return unreadable || cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
                ? ModelFailure.of(FailureKind.BAD_RESPONSE, "the answer of " + upstream.provider() + " is no HTTP")
                : network(upstream);
    }

    private static ModelFailure network(Upstream upstream) {
        return ModelFailure.of(FailureKind.NETWORK_ERROR, "the connection to " + upstream.provider() + " failed");
    }
}

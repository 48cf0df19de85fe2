package dev.echelon.model;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.StreamResetException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong with a connection, in our words. */
final class CallFailures {

    private static final Logger LOG = LoggerFactory.getLogger(CallFailures.class);
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");
    private static final int MOST_CAUSES = 16;

    private CallFailures() {}

    /** No connection came about; the log says with whom, and what was thrown. */
    static ModelFailure connecting(Upstream upstream, @Nullable Throwable cause) {
        if (cause instanceof ConnectionPoolTooBusyException) {
            return ModelFailure.of(FailureKind.SATURATED, "no free connection to " + upstream.provider());
        }
        List<Throwable> causes = causes(cause);
        ModelFailure failure = unconnected(upstream, cause, causes);
        if (LOG.isInfoEnabled()) {
            // a caller may have chosen the model's name, and messages of exceptions name addresses
            String model = CONTROLS.matcher(upstream.model()).replaceAll("_");
            String root = causes.isEmpty()
                    ? ""
                    : causes.get(causes.size() - 1).getClass().getSimpleName();
            LOG.info("{}:{} is not reached: {} ({})", upstream.provider(), model, failure.message(), root);
        }
        return failure;
    }

    private static ModelFailure unconnected(Upstream upstream, @Nullable Throwable cause, List<Throwable> causes) {
        String limit = " within " + upstream.connections().connectTimeout().toMillis() + " ms";
        if (any(causes, SslHandshakeTimeoutException.class)) {
            return ModelFailure.of(FailureKind.TIMEOUT, "no TLS handshake" + limit);
        }
        if (cause instanceof ConnectTimeoutException) {
            return ModelFailure.of(FailureKind.TIMEOUT, "no connection" + limit);
        }
        if (any(causes, DnsNameResolverTimeoutException.class)) {
            return network(upstream, ": no name server answered");
        }
        if (cause instanceof UnknownHostException) {
            return network(upstream, ": its name was not found");
        }
        if (cause instanceof SSLException) {
            return network(upstream, ": the TLS handshake failed");
        }
        if (cause instanceof NoRouteToHostException) {
            return network(upstream, ": there is no route to it");
        }
        boolean refused = cause instanceof ConnectException
                && String.valueOf(cause.getMessage()).contains("refused");
        return network(upstream, refused ? ": it was refused" : "");
    }

    private static boolean any(List<Throwable> causes, Class<? extends Throwable> type) {
        return causes.stream().anyMatch(type::isInstance);
    }

    /** The exception and its causes, the first of all last. */
    private static List<Throwable> causes(@Nullable Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable next = thrown; next != null && causes.size() < MOST_CAUSES; next = next.getCause()) {
            causes.add(next);
        }
        return causes;
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
                : network(upstream, "");
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

    private static ModelFailure network(Upstream upstream, String why) {
        return ModelFailure.of(FailureKind.NETWORK_ERROR, "the connection to " + upstream.provider() + " failed" + why);
    }
}

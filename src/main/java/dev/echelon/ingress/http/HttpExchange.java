package dev.echelon.ingress.http;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.ErrorJson;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP request and its answer, for a route on the event loop. What the client sent is read from here by those who
 * need it, never copied into the Camel message.
 */
final class HttpExchange {

    private static final String PROPERTY = "CamelLlmHttp";
    private static final int MAX_REQUEST_ID = 128;

    /** For the whole body: a time-out that begins anew with each byte would be no bound. */
    private static final long BODY_MILLIS = 30_000;

    private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);

    private final RoutingContext http;
    private final HttpServerResponse response;
    private final Cancellation cancellation = new Cancellation();
    private final ByteBudget memory;
    private final Duration stuckReader;
    private final String requestId;
    private long held;
    private boolean routed;

    @Nullable
    private SseSink sink;

    /**
     * @param memory of all request bodies
     * @param stuckReader how long the reader of a stream may take nothing
     */
    HttpExchange(RoutingContext http, ByteBudget memory, Duration stuckReader) {
        this.http = http;
        this.memory = memory;
        this.stuckReader = stuckReader;
        this.response = http.response();
        this.requestId = requestId(http.request());
        response.closeHandler(closed -> gone());
        response.exceptionHandler(broken -> gone());
    }

    private void gone() {
        cancellation.cancel();
        if (!routed) {
            releaseBody();
        }
    }

    private boolean hold(long bytes) {
        boolean room = memory.tryHold(bytes);
        held += room ? bytes : 0;
        return room;
    }

    private void releaseBody() {
        memory.release(held);
        held = 0;
    }

    static HttpExchange of(Exchange exchange) {
        return Objects.requireNonNull(
                exchange.getProperty(PROPERTY, HttpExchange.class), "this step belongs into a platform-http route");
    }

    void attachTo(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
        exchange.setProperty(LlmConstants.CANCELLATION_PROPERTY, cancellation);
    }

    String requestId() {
        return requestId;
    }

    HttpServerRequest request() {
        return http.request();
    }

    /** Collects the body; a larger one is refused as soon as that is known, and the connection closed after it. */
    void readBody(long most, Consumer<byte[]> then) {
        HttpServerRequest request = http.request();
        long declared = declaredLength(request);
        if (declared > most) {
            refuseBody(request, EdgeErrors.tooLarge());
            return;
        }
        if (!hold(declared)) {
            refuseBody(request, EdgeErrors.overloaded());
            return;
        }
        Bytes body = new Bytes((int) declared);
        BodyTimer slow = new BodyTimer(http.vertx(), () -> refuseBody(request, EdgeErrors.tooSlow()));
        request.handler(bytes -> {
            int length = body.length() + bytes.length();
            if (response.ended()) {
                return;
            }
            if (length > most || (length > held && !hold(length - held))) {
                slow.cancel();
                refuseBody(request, length > most ? EdgeErrors.tooLarge() : EdgeErrors.overloaded());
            } else {
                body.append(bytes);
            }
        });
        request.exceptionHandler(gone -> slow.cancel());
        request.endHandler(ended -> {
            slow.cancel();
            if (!response.ended()) {
                routed = true;
                then.accept(body.take());
            }
        });
    }

    /** Most bodies come with their head: a timer is set only once there is something to wait for. */
    private static final class BodyTimer {

        private final Vertx vertx;
        private boolean over;
        private long id = -1;

        BodyTimer(Vertx vertx, Runnable expired) {
            this.vertx = vertx;
            vertx.runOnContext(later -> {
                if (!over) {
                    id = vertx.setTimer(BODY_MILLIS, fired -> expired.run());
                }
            });
        }

        void cancel() {
            over = true;
            if (id >= 0) {
                vertx.cancelTimer(id);
            }
        }
    }

    private void refuseBody(HttpServerRequest request, ModelFailure failure) {
        releaseBody();
        refuse(failure, true);
        // what is still coming is read and dropped, so that the client gets to read the answer
        request.handler(dropped -> {});
        request.endHandler(ended -> request.connection().close());
        request.resume();
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Nullable
    String pathParameter(String name) {
        return http.pathParam(name);
    }

    /** Opens an event stream for the answer; its head goes out with the first content. */
    SseSink stream(boolean includeUsage) {
        sink = new SseSink(http.vertx(), http.request(), requestId, includeUsage, stuckReader);
        return sink;
    }

    /**
     * The route is done: writes what is still to be written.
     *
     * @param last whether the connection is to be closed after it
     */
    void finish(Exchange exchange, boolean last) {
        releaseBody();
        Exception thrown = exchange.getException();
        if (response.closed()) {
            return;
        }
        if (sink != null && sink.begun()) {
            sink.end(thrown == null ? null : EdgeErrors.failure(thrown));
        } else if (thrown != null) {
            ModelFailure failure = EdgeErrors.failure(thrown);
            if (failure.status() >= 500 && !(thrown instanceof ModelFailure)) {
                LOG.error("request {} failed", requestId, thrown);
            }
            RouteHeaders.write(response, exchange.getProperty(LlmConstants.ROUTE_PROPERTY, RouteInfo.class));
            refuse(failure, last);
        } else {
            closeAfter(last);
            answer(exchange.getMessage());
        }
    }

    private void closeAfter(boolean last) {
        if (last) {
            response.putHeader("connection", "close");
        }
    }

    /** Answers with an error in OpenAI's shape. */
    void refuse(ModelFailure failure, boolean last) {
        closeAfter(last);
        response.putHeader("x-request-id", requestId);
        EdgeErrors.write(response, failure, ErrorJson.write(failure));
    }

    private void answer(Message message) {
        response.putHeader("x-request-id", requestId);
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            if (header.getValue() instanceof String value && !header.getKey().startsWith("Camel")) {
                response.putHeader(header.getKey(), value);
            }
        }
        Object body = message.getBody();
        response.end(
                body instanceof byte[] bytes
                        ? BufferImpl.buffer(Unpooled.wrappedBuffer(bytes))
                        : Buffer.buffer(Objects.toString(body, "")));
    }

    /** The caller's id if it is a harmless one, else a new one. */
    static String requestId(HttpServerRequest request) {
        String callers = request.getHeader("x-request-id");
        if (callers != null && !callers.isEmpty() && callers.length() <= MAX_REQUEST_ID && isHarmless(callers)) {
            return callers;
        }
        // no secret: it needs to be new, not hard to guess
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }

    private static boolean isHarmless(String id) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == ':';
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}

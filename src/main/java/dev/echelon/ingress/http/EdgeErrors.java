package dev.echelon.ingress.http;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ErrorJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors in OpenAI's shape, whoever finds them: a route, the body limit, or nobody for the path. */
final class EdgeErrors {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeErrors.class);

    private EdgeErrors() {}

    /**
     * Catches what no route of Camel takes, and what fails before one does.
     *
     * @param complete whether all routes are there, so that a path without one is unknown
     */
    static void installOn(Router router, BooleanSupplier complete) {
        router.route().order(Integer.MIN_VALUE).failureHandler(http -> failed(http, complete));
        router.errorHandler(400, http -> refuse(http, unreadable()));
        router.errorHandler(404, http -> refuse(http, unknown(http, complete)));
        router.errorHandler(405, http -> failed(http, complete));
    }

    private static ModelFailure unknown(RoutingContext http, BooleanSupplier complete) {
        if (!complete.getAsBoolean()) {
            return ModelFailure.of(FailureKind.UNAVAILABLE, "the gateway is starting or shutting down")
                    .withCode("not_ready")
                    .withRetryAfter(Duration.ofSeconds(1));
        }
        return refusal(
                404, "unknown_url", "unknown request URL: " + http.request().method() + " " + path(http));
    }

    private static ModelFailure unreadable() {
        return refusal(400, "bad_request", "the request could not be read");
    }

    /** What the caller is told of an exception; nothing of an unexpected one. */
    static ModelFailure failure(Throwable thrown) {
        if (thrown instanceof ModelFailure failure) {
            return failure;
        }
        if (thrown instanceof RejectedExecutionException) {
            return draining();
        }
        return ModelFailure.of(FailureKind.UNAVAILABLE, "the gateway failed to process the request")
                .withStatus(500)
                .withCode("internal_error");
    }

    static ModelFailure draining() {
        return ModelFailure.of(FailureKind.UNAVAILABLE, "the gateway is shutting down")
                .withCode("shutting_down")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ModelFailure overloaded() {
        return ModelFailure.of(FailureKind.SATURATED, "too much is in memory already")
                .withStatus(503)
                .withCode("overloaded")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    static ModelFailure tooLarge() {
        return refusal(413, "request_too_large", "the request body is larger than 10 MiB");
    }

    static ModelFailure tooSlow() {
        return refusal(408, "request_timeout", "the request body did not arrive within 30 s");
    }

    static void write(HttpServerResponse response, ModelFailure failure, byte[] json) {
        if (response.headWritten()) {
            response.reset();
            return;
        }
        Duration wait = failure.retryAfter();
        if (wait != null) {
            long seconds = Math.max(1, (wait.toMillis() + 999) / 1000);
            response.putHeader("retry-after", Long.toString(seconds));
        }
        response.setStatusCode(failure.status())
                .putHeader("content-type", "application/json")
                .end(Buffer.buffer(json));
    }

    private static void failed(RoutingContext http, BooleanSupplier complete) {
        if (http.response().ended()) {
            return;
        }
        ModelFailure failure =
                switch (http.statusCode()) {
                    case 413 -> tooLarge();
                    case 400 -> unreadable();
                    case 404 -> unknown(http, complete);
                    case 405 -> refusal(405, "method_not_allowed", "this method is not allowed here");
                    case 415 -> refusal(415, "unsupported_media_type", "send application/json");
                    default -> unexpected(http);
                };
        refuse(http, failure);
    }

    private static void refuse(RoutingContext http, ModelFailure failure) {
        refuse(http.request(), failure);
    }

    static void refuse(HttpServerRequest request, ModelFailure failure) {
        HttpServerResponse response = request.response();
        if (!response.headWritten()) {
            response.putHeader("x-request-id", HttpExchange.requestId(request));
        }
        write(response, failure, ErrorJson.write(failure));
    }

    private static ModelFailure unexpected(RoutingContext http) {
        Throwable cause = Objects.requireNonNullElseGet(http.failure(), IllegalStateException::new);
        LOG.error("{} {} failed", http.request().method(), path(http), cause);
        return failure(cause);
    }

    static ModelFailure refusal(int status, String code, String message) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, message)
                .withStatus(status)
                .withCode(code);
    }

    /** As it came: what is malformed has no normal form. */
    private static String path(RoutingContext http) {
        String path = Objects.requireNonNullElse(http.request().path(), "");
        return path.length() > 200 ? path.substring(0, 200) + "..." : path;
    }
}

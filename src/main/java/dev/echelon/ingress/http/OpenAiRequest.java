package dev.echelon.ingress.http;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ParsedRequest;
import dev.echelon.domain.json.RequestJson;
import dev.echelon.store.Fingerprint;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * The first step of a chat route: bytes to a request. Of the client's headers only the target, the time limit, the
 * session, the request id, the idempotency key and what is said about cached answers are read; and the credential, whose
 * digest says who may share answers.
 */
public final class OpenAiRequest implements Processor {

    private static final CharSequence TARGET = HttpHeaders.createOptimized("x-llm-target");
    private static final CharSequence PRIORITY = HttpHeaders.createOptimized("x-llm-priority");
    private static final CharSequence SESSION = HttpHeaders.createOptimized("x-llm-session");
    private static final CharSequence TIMEOUT = HttpHeaders.createOptimized("x-request-timeout-ms");
    private static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("Idempotency-Key");
    private static final String MULTIPART = "multipart/";
    private static final int MAX_TARGET = 512;
    private static final int MAX_SESSION = 512;

    @Override
    public void process(Exchange exchange) throws ModelFailure {
        HttpExchange edge = HttpExchange.of(exchange);
        HttpServerRequest http = edge.request();
        checkForm(http);
        Message message = exchange.getMessage();
        message.setHeader(LlmConstants.REQUEST_ID, edge.requestId());
        ParsedRequest parsed = RequestJson.read((byte[]) message.getBody());
        String target = http.getHeader(TARGET);
        if (target != null) {
            if (target.length() > MAX_TARGET) {
                throw EdgeErrors.refusal(400, "invalid_header", "x-llm-target is too long");
            }
            message.setHeader(LlmConstants.TARGET, target);
        }
        String priority = http.getHeader(PRIORITY);
        if (priority != null) {
            message.setHeader(LlmConstants.PRIORITY, priority);
        }
        String session = http.getHeader(SESSION);
        if (session != null) {
            if (session.length() > MAX_SESSION) {
                throw EdgeErrors.refusal(400, "invalid_header", "x-llm-session is too long");
            }
            message.setHeader(LlmConstants.SESSION, session);
        }
        Long timeout = timeout(http.getHeader(TIMEOUT));
        if (timeout != null) {
            message.setHeader(LlmConstants.TIMEOUT_MS, timeout);
        }
        sharing(http, exchange);
        if (parsed.request().stream()) {
            exchange.setProperty(
                    LlmConstants.SINK_PROPERTY, edge.stream(parsed.request().includeUsage()));
        }
        message.setBody(parsed);
    }

    private static void sharing(HttpServerRequest http, Exchange exchange) throws ModelFailure {
        Message message = exchange.getMessage();
        String key = only(http, IDEMPOTENCY_KEY);
        if (key != null) {
            message.setHeader(LlmConstants.IDEMPOTENCY_KEY, key);
            only(http, HttpHeaders.AUTHORIZATION);
        }
        List<String> cacheControl = http.headers().getAll(HttpHeaders.CACHE_CONTROL);
        if (!cacheControl.isEmpty()) {
            message.setHeader(LlmConstants.CACHE_CONTROL, String.join(",", cacheControl));
        }
        String credential = String.join("\n", http.headers().getAll(HttpHeaders.AUTHORIZATION));
        if (!credential.isEmpty()) {
            Supplier<String> tenant = () -> Fingerprint.ofCredential(credential);
            exchange.setProperty(LlmConstants.TENANT_PROPERTY, tenant);
        }
    }

    /** A header that may not stand twice: two parties on the way could each believe in another one. */
    @Nullable
    private static String only(HttpServerRequest http, CharSequence name) throws ModelFailure {
        List<String> values = http.headers().getAll(name);
        if (values.size() > 1) {
            throw EdgeErrors.refusal(400, "invalid_header", "there is more than one header " + name);
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static void checkForm(HttpServerRequest http) throws ModelFailure {
        String encoding = http.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw EdgeErrors.refusal(415, "unsupported_encoding", "send the body without content-encoding");
        }
        String type = http.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length())) {
            throw EdgeErrors.refusal(415, "unsupported_media_type", "send application/json");
        }
    }

    @Nullable
    private static Long timeout(@Nullable String millis) throws ModelFailure {
        if (millis == null) {
            return null;
        }
        try {
            long value = Long.parseLong(millis.strip());
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw ModelFailure.of(FailureKind.INVALID_REQUEST, "x-request-timeout-ms must be a positive whole number")
                .withParam("x-request-timeout-ms");
    }
}

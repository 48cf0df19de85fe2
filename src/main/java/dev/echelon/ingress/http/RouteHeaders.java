package dev.echelon.ingress.http;

import dev.echelon.domain.RouteInfo;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** The headers that say who answered. Their values come from the configuration, never from the caller. */
final class RouteHeaders {

    private static final CharSequence TARGET = HttpHeaders.createOptimized("x-llm-target");
    private static final CharSequence INSTANCE = HttpHeaders.createOptimized("x-llm-instance");
    private static final CharSequence ECHELON = HttpHeaders.createOptimized("x-llm-echelon");
    private static final CharSequence ATTEMPTS = HttpHeaders.createOptimized("x-llm-attempts");
    private static final CharSequence GENERATION = HttpHeaders.createOptimized("x-llm-generation");
    private static final CharSequence TRACE = HttpHeaders.createOptimized("x-llm-trace");
    private static final CharSequence REPLAY = HttpHeaders.createOptimized("x-llm-idempotent-replay");
    private static final CharSequence CACHE = HttpHeaders.createOptimized("x-llm-cache");
    private static final CharSequence AGE = HttpHeaders.createOptimized("age");

    private RouteHeaders() {}

    static void write(HttpServerResponse response, @Nullable RouteInfo info) {
        if (info == null) {
            return;
        }
        put(response, TARGET, info.target());
        put(response, INSTANCE, info.instance());
        put(response, ECHELON, info.echelon());
        put(response, ATTEMPTS, Integer.toString(info.attempts()));
        put(response, GENERATION, Long.toString(info.generation()));
        put(response, TRACE, info.trace());
        put(response, REPLAY, info.replayed() ? "true" : "");
        put(response, CACHE, info.cache().word());
        put(
                response,
                AGE,
                info.cache().answered() ? Long.toString(info.cache().age().toSeconds()) : "");
    }

    /** Names may hold any letters; a header may not. */
    private static void put(HttpServerResponse response, CharSequence name, String value) {
        if (value.isEmpty()) {
            return;
        }
        StringBuilder plain = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c > 0x7e) {
                plain = plain == null ? new StringBuilder(value) : plain;
                plain.setCharAt(i, '?');
            }
        }
        response.putHeader(name, plain == null ? value : plain.toString());
    }
}

package dev.echelon.ingress.http;

import dev.echelon.domain.RouteInfo;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** The headers that say who answered. Their values come from the configuration, never from the caller. */
final class RouteHeaders {

    private RouteHeaders() {}

    static void write(HttpServerResponse response, @Nullable RouteInfo info) {
        if (info == null) {
            return;
        }
        put(response, "x-llm-target", info.target());
        put(response, "x-llm-instance", info.instance());
        put(response, "x-llm-echelon", info.echelon());
        put(response, "x-llm-attempts", Integer.toString(info.attempts()));
        put(response, "x-llm-generation", Long.toString(info.generation()));
        put(response, "x-llm-trace", info.trace());
        put(response, "x-llm-idempotent-replay", info.replayed() ? "true" : "");
        put(response, "x-llm-cache", info.cache().word());
        put(
                response,
                "age",
                info.cache().answered() ? Long.toString(info.cache().age().toSeconds()) : "");
    }

    /** Names may hold any letters; a header may not. */
    private static void put(HttpServerResponse response, String name, String value) {
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

package dev.echelon.ingress.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Closes connections that hold no request. A plain idle time-out would not do: it would also cut a caller who silently
 * waits for a slow model. One an event loop; not shared.
 */
final class ConnectionWatch {

    private static final long SWEEP_MILLIS = 5_000;

    private final Map<HttpConnection, State> connections = new HashMap<>();
    private final long keepAliveSweeps;

    ConnectionWatch(Vertx vertx, Duration keepAlive) {
        this.keepAliveSweeps = Math.max(1, keepAlive.toMillis() / SWEEP_MILLIS);
        vertx.setPeriodic(SWEEP_MILLIS, id -> sweep());
    }

    private static final class State {
        private int requests;
        private long idleSweeps;
    }

    void opened(HttpConnection connection) {
        connections.put(connection, new State());
        Connections.writeTogether(connection);
        connection.closeHandler(closed -> connections.remove(connection));
        // callers leave as they like: whoever answers them is told by the response
        connection.exceptionHandler(reset -> {});
    }

    void began(HttpServerRequest request) {
        State state = connections.get(request.connection());
        if (state != null) {
            state.requests++;
            state.idleSweeps = 0;
            request.response().endHandler(ended -> state.requests--);
        }
    }

    private void sweep() {
        Iterator<Map.Entry<HttpConnection, State>> all = connections.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<HttpConnection, State> entry = all.next();
            State state = entry.getValue();
            if (state.requests <= 0 && ++state.idleSweeps > keepAliveSweeps) {
                all.remove();
                Connections.cut(entry.getKey());
            }
        }
    }
}

package dev.echelon.model;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.http.RequestOptions;
import java.util.Map;

/** Calls and probes models over HTTP. One for the whole process; it holds the connections. */
public final class ModelClient implements AutoCloseable {

    private static final long LEAST_ANSWER_BYTES = 64L * 1024 * 1024;

    private final HttpClients clients;
    private final Ticker ticker;
    private final ByteBudget answers;

    /**
     * Plain answers under way may take a quarter of the heap together, at least 64 MiB.
     *
     * @param loops event loops that requests run on, for sharing out connection limits
     */
    public ModelClient(Vertx vertx, int loops, Ticker ticker) {
        this.clients = new HttpClients(vertx, loops);
        this.ticker = ticker;
        this.answers =
                new ByteBudget(Math.max(LEAST_ANSWER_BYTES, Runtime.getRuntime().maxMemory() / 4));
    }

    /** Makes an upstream ready for calls. */
    public Destination to(Upstream upstream) {
        return new Destination(upstream, clients);
    }

    /**
     * Begins one attempt. Must be called on the request's event loop; returns at once.
     *
     * @param model to be asked for, as the provider names it
     * @param request rendered anew for this destination
     * @param scheduler of the request
     * @param listener hears the outcome exactly once, never before this returns
     */
    public ModelCall call(
            Destination destination,
            String model,
            ChatRequest request,
            CallTimeouts timeouts,
            Scheduler scheduler,
            CallListener listener) {
        ModelCall call = new ModelCall(destination, model, request, timeouts, scheduler, ticker, listener, answers);
        call.start();
        return call;
    }

    /**
     * Begins to ask a provider whether it is there; its model plays no part. Must be called on the scheduler's event loop;
     * returns at once.
     *
     * @param timeoutNanos for all of it
     * @param listener hears the outcome exactly once, never before this returns
     */
    public ProbeCall probe(Upstream upstream, long timeoutNanos, Scheduler scheduler, ProbeCall.Listener listener) {
        ProbeCall call = new ProbeCall(upstream, scheduler, listener);
        call.start(clients.forProbes(upstream), timeoutNanos);
        return call;
    }

    /** Opens a connection ahead of the first call, where there is none. Must be called on an event loop. */
    public void warmUp(Upstream upstream) {
        clients.poolFor(upstream)
                .warmUp(new RequestOptions()
                        .setHost(upstream.host())
                        .setPort(upstream.port())
                        .setSsl(upstream.tls()));
    }

    /** By the provider's name; those that were never asked are left out. */
    public Map<String, ConnectionStats> connections() {
        return clients.stats();
    }

    @Override
    public void close() {
        clients.close();
    }
}

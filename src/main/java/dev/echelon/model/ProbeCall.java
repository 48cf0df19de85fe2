package dev.echelon.model;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Scheduler;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import org.jspecify.annotations.Nullable;

/**
 * One probe of a provider, on a connection of its own that is closed after it. Only the status of the answer is of
 * interest; its body is read to its end and dropped. Everything happens on the scheduler's event loop.
 */
public final class ProbeCall {

    /** Who has sent so much is there, whether or not it ever ends. */
    private static final int ENOUGH_BYTES = 1024 * 1024;

    private final Upstream upstream;
    private final Scheduler scheduler;
    private final Listener listener;

    private Scheduler.Timer timer = Scheduler.Timer.NONE;
    private int bytes;
    private boolean over;

    @Nullable
    private HttpClientRequest exchange;

    /** Hears how a probe went, on its event loop. */
    @FunctionalInterface
    public interface Listener {

        /** @param failure {@code null} when the provider is there */
        void probed(@Nullable FailureKind failure);
    }

    ProbeCall(Upstream upstream, Scheduler scheduler, Listener listener) {
        this.upstream = upstream;
        this.scheduler = scheduler;
        this.listener = listener;
    }

    void start(HttpClient client, long timeoutNanos) {
        timer = scheduler.schedule(timeoutNanos, () -> end(FailureKind.TIMEOUT));
        try {
            client.request(options()).onComplete(connected -> {
                if (over) {
                    if (connected.succeeded()) {
                        connected.result().exceptionHandler(late -> {});
                        connected.result().reset();
                    }
                } else if (connected.failed()) {
                    boolean late = connected.cause() instanceof ConnectTimeoutException;
                    end(late ? FailureKind.TIMEOUT : FailureKind.NETWORK_ERROR);
                } else {
                    send(connected.result());
                }
            });
        } catch (RuntimeException unsayable) {
            // a credential that fits into no header, for instance: no prompt would get through either
            scheduler.schedule(0, () -> end(FailureKind.BAD_RESPONSE));
        }
    }

    private RequestOptions options() {
        return upstream.options(HttpMethod.GET, upstream.dialect().probe(upstream.key()))
                .setConnectTimeout(upstream.connections().connectTimeout().toMillis());
    }

    private void send(HttpClientRequest connected) {
        exchange = connected;
        connected.exceptionHandler(cause -> end(FailureKind.NETWORK_ERROR));
        connected.send().onComplete(answer -> {
            if (answer.failed()) {
                end(FailureKind.NETWORK_ERROR);
            } else if (!over) {
                receive(answer.result());
            }
        });
    }

    private void receive(HttpClientResponse answer) {
        FailureKind verdict = upstream.dialect().isAlive(answer.statusCode()) ? null : FailureKind.SERVER_ERROR;
        answer.exceptionHandler(cause -> end(FailureKind.BAD_RESPONSE));
        answer.handler(piece -> {
            bytes += piece.length();
            if (bytes > ENOUGH_BYTES) {
                end(verdict);
            }
        });
        answer.endHandler(ended -> end(verdict));
    }

    /** Closes the connection in whatever phase the probe is; nobody hears of it. */
    public void cancel() {
        close();
    }

    private void end(@Nullable FailureKind failure) {
        if (close()) {
            listener.probed(failure);
        }
    }

    /** False when it was over already. */
    private boolean close() {
        if (over) {
            return false;
        }
        over = true;
        timer.cancel();
        if (exchange != null) {
            exchange.reset();
            exchange.connection().close();
        }
        return true;
    }
}

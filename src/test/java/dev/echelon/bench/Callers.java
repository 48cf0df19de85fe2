package dev.echelon.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that each keep one connection to a gateway and ask again as soon as they are answered. */
final class Callers implements AutoCloseable {

    private final List<Caller> callers = new ArrayList<>();

    private record Caller(Context context, HttpClient client) {}

    Callers(Vertx vertx, int port, int count) {
        for (int i = 0; i < count; i++) {
            HttpClient client = vertx.createHttpClient(
                    new HttpClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(port),
                    new PoolOptions().setHttp1MaxSize(1));
            callers.add(new Caller(vertx.getOrCreateContext(), client));
        }
    }

    /** Asks the target so many times, all callers together, and waits until all is answered; anything but 200 fails. */
    void ask(String target, int requests) throws Exception {
        AtomicInteger left = new AtomicInteger(requests);
        List<Future<?>> over = new ArrayList<>();
        for (Caller caller : callers) {
            Promise<Void> done = Promise.promise();
            over.add(done.future());
            caller.context().runOnContext(started -> next(caller.client(), target, left, done));
        }
        Future.all(over).toCompletionStage().toCompletableFuture().get(10, TimeUnit.MINUTES);
    }

    private static void next(HttpClient client, String target, AtomicInteger left, Promise<Void> done) {
        if (left.getAndDecrement() <= 0) {
            done.complete();
            return;
        }
        client.request(new RequestOptions().setMethod(HttpMethod.POST).setURI("/v1/chat/completions"))
                .compose(request -> request.putHeader("content-type", "application/json")
                        .send("{\"model\":\"" + target + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .compose(answer -> answer.body().map(body -> answer.statusCode()))
                .onComplete(status -> {
                    if (status.failed()) {
                        done.fail(status.cause());
                    } else if (status.result() != 200) {
                        done.fail("status " + status.result());
                    } else {
                        next(client, target, left, done);
                    }
                });
    }

    @Override
    public void close() {
        callers.forEach(caller -> caller.client().close());
    }
}

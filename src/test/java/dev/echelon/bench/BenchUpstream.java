package dev.echelon.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * An OpenAI upstream that costs next to nothing: plain answers after a delay, streams of events that carry the time at
 * which they were written.
 */
final class BenchUpstream extends AbstractVerticle {

    private static final String ANSWER = """
            {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":\
            {"role":"assistant","content":"fine"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,\
            "completion_tokens":1,"total_tokens":2}}""";

    private final long delayMillis;
    private final int events;
    private final long intervalMillis;

    private BenchUpstream(long delayMillis, int events, long intervalMillis) {
        this.delayMillis = delayMillis;
        this.events = events;
        this.intervalMillis = intervalMillis;
    }

    /** Starts it on all event loops and returns its port. */
    static int start(Vertx vertx, int port, long delayMillis, int events, long intervalMillis) throws Exception {
        vertx.deployVerticle(
                        () -> new BenchUpstream(delayMillis, events, intervalMillis).on(port),
                        new DeploymentOptions().setInstances(Load.LOOPS))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        return port;
    }

    private int port;

    private BenchUpstream on(int chosen) {
        port = chosen;
        return this;
    }

    @Override
    public void start(Promise<Void> started) {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(8192));
        server.requestHandler(this::answer)
                .listen(port, "127.0.0.1")
                .<Void>mapEmpty()
                .onComplete(started);
    }

    private void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean stream = body.toString().contains("\"stream\":true");
            HttpServerResponse response = request.response();
            if (stream) {
                response.setChunked(true).putHeader("content-type", "text/event-stream");
                event(response, 0);
            } else if (delayMillis == 0) {
                plain(response);
            } else {
                vertx.setTimer(delayMillis, id -> plain(response));
            }
        });
    }

    private static void plain(HttpServerResponse response) {
        response.putHeader("content-type", "application/json").end(ANSWER);
    }

    private void event(HttpServerResponse response, int number) {
        if (response.closed()) {
            return;
        }
        if (number == events) {
            response.write("data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                    + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
            response.end("data: [DONE]\n\n");
            return;
        }
        response.write("data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + System.nanoTime()
                + "\"},\"finish_reason\":null}]}\n\n");
        vertx.setTimer(intervalMillis, id -> event(response, number + 1));
    }
}

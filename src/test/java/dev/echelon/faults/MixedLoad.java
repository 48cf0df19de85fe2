package dev.echelon.faults;

import dev.echelon.testing.ApiClient;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * Callers of all kinds, so many at a time: plain, streamed, cached, with keys, impatient, gone, wrong. One in ten of the
 * upstream's answers is a fault. What is asked is the same in every run.
 */
final class MixedLoad implements AutoCloseable {

    private static final int AT_A_TIME = 64;
    private static final int LEFT = -1;
    private static final String STREAM = ",\"stream\":true";
    private static final String LARGE = ",\"user\":\"" + "x".repeat(48 * 1024) + "\"";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(2 * AT_A_TIME));
    private final SplittableRandom random = new SplittableRandom(7);
    private final AtomicLong next = new AtomicLong();
    private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    private final int port;

    MixedLoad(int port) {
        this.port = port;
    }

    /** What the upstream does with each request: good answers, and every tenth a fault. */
    static Behaviour upstream() {
        Behaviour good = Behaviour.text("some words that make an answer");
        Behaviour slow = good.after(Duration.ofMillis(40));
        Behaviour[] faults = {
            Behaviour.status(500),
            Behaviour.reset(),
            Behaviour.truncated(),
            Behaviour.malformedJson(),
            Behaviour.cutChunks(),
            Behaviour.stream(6, Duration.ZERO).resetAfter(3),
            Behaviour.status(503)
        };
        return call -> {
            int dice = ThreadLocalRandom.current().nextInt(100);
            Behaviour chosen = dice < 10 ? faults[dice % faults.length] : dice < 20 ? slow : good;
            chosen.answer(call);
        };
    }

    /** So many requests; returns when each has its answer, or has been given up by its caller. */
    Map<Integer, Integer> run(long count, FakeProvider provider) throws InterruptedException {
        long last = next.get() + count;
        CountDownLatch idle = new CountDownLatch(AT_A_TIME);
        statuses.clear();
        vertx.runOnContext(any -> {
            for (int i = 0; i < AT_A_TIME; i++) {
                ask(last, idle);
            }
        });
        while (!idle.await(1, TimeUnit.SECONDS)) {
            provider.forget();
        }
        provider.forget();
        return new TreeMap<>(statuses);
    }

    /** The next request, and when it is over the one after it. */
    private void ask(long last, CountDownLatch idle) {
        if (next.getAndIncrement() >= last) {
            next.decrementAndGet();
            idle.countDown();
            return;
        }
        int kind = random.nextInt(100);
        int number = random.nextInt(1_000_000);
        if (kind < 30) {
            send(ApiClient.body("g", ",\"user\":\"" + number + "\""), it -> it, last, idle);
        } else if (kind < 45) {
            send(ApiClient.body("g", ",\"seed\":" + number % 2_000), it -> it, last, idle);
        } else if (kind < 60) {
            send(ApiClient.body("g", STREAM), it -> it, last, idle);
        } else if (kind < 65) {
            send(ApiClient.body("g", STREAM + ",\"seed\":" + number % 2_000), it -> it, last, idle);
        } else if (kind < 72) {
            String key = "k" + number % 5_000;
            send(ApiClient.body("g", kind < 68 ? "" : STREAM), it -> it.putHeader("idempotency-key", key), last, idle);
        } else if (kind < 76) {
            send(ApiClient.body("g"), it -> it.putHeader("x-llm-session", "s" + number), last, idle);
        } else if (kind < 80) {
            send(ApiClient.body("g", LARGE), it -> it.putHeader("authorization", "Bearer " + number), last, idle);
        } else if (kind < 84) {
            send(ApiClient.body("nobody-" + number), it -> it, last, idle);
        } else if (kind < 88) {
            send("{\"model\":\"g\",\"messages\":" + number, it -> it, last, idle);
        } else if (kind < 92) {
            send(ApiClient.body("g"), it -> it.putHeader("x-request-timeout-ms", "20"), last, idle);
        } else if (kind < 95) {
            send(ApiClient.body("g", ",\"seed\":1"), it -> it.putHeader("cache-control", "no-cache"), last, idle);
        } else {
            leave(ApiClient.body("g", kind < 98 ? "" : STREAM), number % 30, last, idle);
        }
    }

    private void send(String body, UnaryOperator<HttpClientRequest> headers, long last, CountDownLatch idle) {
        client.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                .compose(request -> headers.apply(request).send(Buffer.buffer(body)))
                .compose(answer -> answer.body().map(any -> answer.statusCode()))
                .onComplete(answer -> over(answer.succeeded() ? answer.result() : LEFT, last, idle));
    }

    /** Asks and goes away, before or after the answer has begun. */
    private void leave(String body, int millis, long last, CountDownLatch idle) {
        client.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                .onComplete(connected -> {
                    if (connected.failed()) {
                        over(LEFT, last, idle);
                        return;
                    }
                    HttpClientRequest request = connected.result();
                    request.exceptionHandler(gone -> {});
                    request.response().onSuccess(answer -> answer.exceptionHandler(gone -> {}));
                    request.send(Buffer.buffer(body)).onComplete(any -> {});
                    vertx.setTimer(millis + 1, any -> {
                        request.connection().close();
                        over(LEFT, last, idle);
                    });
                });
    }

    private void over(int status, long last, CountDownLatch idle) {
        statuses.merge(status, 1, Integer::sum);
        vertx.runOnContext(any -> ask(last, idle));
    }

    @Override
    public void close() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}

package dev.echelon.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two loads of the README's figures: many streams at once, and many plain requests to a slow model. The upstream and
 * the callers share this process, so that the time an event was written and the time it arrived are of one clock.
 */
public final class Load {

    static final int LOOPS = 2;

    private static final String STAMP = "\"content\":\"";
    private static final int WAIT_SECONDS = 120;

    private final Vertx vertx;
    private final int port;
    private final GatewayUnderLoad gateway;

    private Load(Vertx vertx, int port, GatewayUnderLoad gateway) {
        this.vertx = vertx;
        this.port = port;
        this.gateway = gateway;
    }

    /** Runs both and prints a table. */
    public static void main(String[] arguments) throws Exception {
        int streams = Integer.getInteger("streams", 500);
        int events = Integer.getInteger("events", 50);
        int plain = Integer.getInteger("plain", 2000);
        int rounds = Integer.getInteger("rounds", 4);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
        Path configs = Files.createTempDirectory("echelon-bench");
        int upstream = BenchUpstream.start(vertx, freePort(), 1000, events, 20);
        writeConfigs(configs, upstream);
        int port = freePort();
        try (GatewayUnderLoad gateway = new GatewayUnderLoad(
                configs, port, freePort(), "-Xmx512m " + System.getProperty("gateway.options", ""))) {
            Load load = new Load(vertx, port, gateway);
            // the first rounds warm the gateway up, and are shown all the same
            for (int round = 0; round < rounds; round++) {
                load.streams(streams, events);
            }
            for (int round = 0; round < rounds; round++) {
                load.plain(plain);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private void streams(int count, int events) throws Exception {
        ConcurrentLinkedQueue<Long> delays = new ConcurrentLinkedQueue<>();
        AtomicInteger complete = new AtomicInteger();
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger arrived = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(count);
        HttpClient client = client(count);
        double cpu = gateway.cpuSeconds();
        for (int i = 0; i < count; i++) {
            client.request(chat(port))
                    .compose(
                            request -> request.putHeader("content-type", "application/json")
                                    .send(
                                            "{\"model\":\"p\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                    .onComplete(answer -> {
                        if (answer.failed() || answer.result().statusCode() != 200) {
                            errors.incrementAndGet();
                            done.countDown();
                            return;
                        }
                        answer.result().handler(RecordParser.newDelimited("\n\n", event -> {
                            String text = event.toString();
                            int at = text.indexOf(STAMP);
                            if (at >= 0) {
                                int from = at + STAMP.length();
                                delays.add(System.nanoTime()
                                        - Long.parseLong(text.substring(from, text.indexOf('"', from))));
                                arrived.incrementAndGet();
                            } else if (text.endsWith("[DONE]")) {
                                complete.incrementAndGet();
                            }
                        }));
                        answer.result().exceptionHandler(broken -> {
                            errors.incrementAndGet();
                            done.countDown();
                        });
                        answer.result().endHandler(ended -> done.countDown());
                    });
        }
        TimeUnit.MILLISECONDS.sleep(events * 10L);
        int threads = gateway.threads();
        boolean all = done.await(WAIT_SECONDS, TimeUnit.SECONDS);
        cpu = gateway.cpuSeconds() - cpu;
        client.close();
        long[] sorted = delays.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%d streams x %d events: complete %d, errors %d%s, events %d of %d, delay p50 %.2f ms p99 %.2f ms max %.1f ms,"
                        + " CPU %.4f s/1k events, threads %d, RSS %d MB%n",
                count,
                events,
                complete.get(),
                errors.get(),
                all ? "" : " (TIMED OUT)",
                arrived.get(),
                count * events,
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                millis(sorted, 1),
                cpu / (count * events / 1000.0),
                threads,
                gateway.rssMegabytes());
    }

    private void plain(int count) throws Exception {
        AtomicInteger good = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(count);
        HttpClient client = client(count);
        double cpu = gateway.cpuSeconds();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            client.request(chat(port))
                    .compose(request -> request.putHeader("content-type", "application/json")
                            .send("{\"model\":\"p\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                    .compose(answer -> answer.body().map(body -> answer.statusCode()))
                    .onComplete(status -> {
                        if (status.succeeded() && status.result() == 200) {
                            good.incrementAndGet();
                        }
                        done.countDown();
                    });
        }
        int threads = gateway.threads();
        boolean all = done.await(WAIT_SECONDS, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - start) / 1e9;
        cpu = gateway.cpuSeconds() - cpu;
        client.close();
        System.out.printf(
                "%d plain requests at once, upstream 1 s: answered %d%s in %.2f s (%.2f s extra), CPU %.3f s/1k, threads %d,"
                        + " RSS %d MB (peak %d MB), heap limit 512 MB%n",
                count,
                good.get(),
                all ? "" : " (TIMED OUT)",
                seconds,
                seconds - 1,
                cpu / (count / 1000.0),
                threads,
                gateway.rssMegabytes(),
                gateway.peakRssMegabytes());
    }

    private HttpClient client(int connections) {
        return vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setMaxPoolSize(connections)
                .setMaxWaitQueueSize(connections)
                .setConnectTimeout(30_000));
    }

    private static RequestOptions chat(int port) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/v1/chat/completions");
    }

    private static double millis(long[] sorted, double quantile) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * quantile))] / 1e6;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void writeConfigs(Path configs, int upstream) throws Exception {
        Path llms = configs.resolve("llms");
        for (String folder : Arrays.asList("providers", "task-groups", "pools", "wrappers")) {
            Files.createDirectories(llms.resolve(folder));
        }
        Files.writeString(llms.resolve("providers/up.toml"), """
                [provider]
                name = "up"
                dialect = "openai"
                base_url = "http://127.0.0.1:%d/v1"
                api_key = "k"
                max_connections = 8192
                """.formatted(upstream));
        Files.writeString(llms.resolve("task-groups/g.toml"), """
                [task_group]
                name = "g"
                [task_group.echelons.e1]
                models = ["up:a", "up:b"]
                concurrency_limit = 100000
                rpm_limit = 10000000
                priority = 1
                timeout = 60
                """);
        Files.writeString(llms.resolve("pools/p.toml"), """
                [pool]
                name = "p"
                task_groups = ["g"]
                [pool.rate_limiting]
                enabled = false
                """);
        Files.writeString(llms.resolve("wrappers/w.toml"), """
                [global.logging]
                level = "warn"
                format = "text"
                """);
    }
}

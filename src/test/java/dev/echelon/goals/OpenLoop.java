package dev.echelon.goals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Callers that come at a fixed rate, whether or not those before them have been answered. */
final class OpenLoop {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ERROR = -1;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;
    private final long begun = System.nanoTime();
    private final NavigableMap<Duration, Runnable> tasks = new TreeMap<>();
    private volatile boolean stopped;
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();

    OpenLoop(URI gateway, String body) {
        this.request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .timeout(PATIENCE)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /**
     * One request.
     *
     * @param at when it was due, since the loop was made
     * @param status -1 when there was no HTTP answer
     * @param took from when it was due
     */
    record Sample(Duration at, int status, Duration took) {

        boolean ok() {
            return status == 200;
        }
    }

    /** Something to be done in the middle, that long after the loop was made; before the first {@link #run}. */
    OpenLoop at(Duration time, Runnable task) {
        tasks.put(time, task);
        return this;
    }

    /** Sends for a while and waits for the answers. */
    void run(int perSecond, Duration length) throws Exception {
        List<CompletableFuture<Boolean>> sent = new ArrayList<>();
        long start = System.nanoTime();
        long count = perSecond * length.toMillis() / 1000;
        for (long i = 0; i < count && !stopped; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            while (!tasks.isEmpty() && now().compareTo(tasks.firstKey()) >= 0) {
                tasks.pollFirstEntry().getValue().run();
            }
            sent.add(client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .handle((answer, failure) -> {
                        Duration took = Duration.ofNanos(System.nanoTime() - due);
                        int status = answer == null ? ERROR : answer.statusCode();
                        return samples.add(new Sample(Duration.ofNanos(due - begun), status, took));
                    }));
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds() + 5, TimeUnit.SECONDS);
    }

    /** No more requests from now on. */
    void stop() {
        stopped = true;
    }

    /** Since the loop was made. */
    Duration now() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }

    List<Sample> between(Duration from, Duration to) {
        return samples.stream()
                .filter(sample ->
                        sample.at().compareTo(from) >= 0 && sample.at().compareTo(to) < 0)
                .toList();
    }

    static double millis(List<Sample> samples, double quantile) {
        double[] sorted = samples.stream()
                .mapToDouble(it -> it.took().toNanos() / 1e6)
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    static long errors(List<Sample> samples) {
        return samples.stream().filter(sample -> !sample.ok()).count();
    }
}

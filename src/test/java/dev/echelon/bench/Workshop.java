package dev.echelon.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where processes are started: the folder of their files, and the upstream that they all ask.
 *
 * @param folder of configurations and logs
 * @param upstreams its ports
 * @param streaming whether it answers with events
 */
record Workshop(Path folder, Child upstream, List<Integer> upstreams, boolean streaming) implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(3);
    private static final long POLL_MILLIS = 5;

    static Workshop open(Path root, String name, Behaviour behaviour) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        Path log = folder.resolve("upstream.log");
        List<String> command = new ArrayList<>(List.of(Jdk.own().java()));
        command.addAll(Upstream.command(behaviour, trustStore(folder)));
        Child upstream = Child.start(command, Map.of(), log);
        await(upstream, log, () -> Files.readString(log).contains("ports"));
        String ports = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("ports"))
                .findFirst()
                .orElseThrow();
        return new Workshop(
                folder,
                upstream,
                Arrays.stream(ports.substring("ports ".length()).split(" "))
                        .map(Integer::valueOf)
                        .toList(),
                behaviour.events() > 0);
    }

    private static Path trustStore(Path folder) {
        return folder.resolve("trusted.p12");
    }

    /** In which the certificate of an upstream with TLS stands. */
    Path trustStore() {
        return trustStore(folder);
    }

    /** A gateway that was just started, once it answers a prompt with 200. */
    Subject.Running started(String name, Child child, Path log, Callers.Endpoint endpoint, boolean jvm)
            throws IOException {
        try {
            awaitAnswer(child, log, endpoint);
        } catch (IOException e) {
            child.close();
            throw e;
        }
        return new Subject.Running(name, endpoint, child, upstream, jvm);
    }

    private void awaitAnswer(Child child, Path log, Callers.Endpoint endpoint) throws IOException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.port() + "/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer k")
                .POST(HttpRequest.BodyPublishers.ofString(Prompt.of(10, streaming)));
        endpoint.headers().forEach(request::header);
        await(child, log, () -> {
            try {
                return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Something that comes true once a process has started. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(Child child, Path log, Condition condition) throws IOException {
        long end = System.nanoTime() + START.toNanos();
        try {
            while (!condition.holds()) {
                if (!child.isAlive() || System.nanoTime() > end) {
                    throw new IOException("did not start: " + Files.readString(log));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        upstream.close();
    }
}

package dev.echelon.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A request as a {@link FakeProvider} saw it, and what became of it. Times are {@link System#nanoTime}. */
public final class Seen {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final long arrivedAt = System.nanoTime();
    private final String method;
    private final String uri;
    private final HttpHeaders headers;
    private final byte[] body;
    private final JsonNode json;
    private final AtomicLong sent = new AtomicLong();
    private final CompletableFuture<Long> answered = new CompletableFuture<>();
    private final CompletableFuture<Long> abandoned = new CompletableFuture<>();

    Seen(HttpRequest head, byte[] body) {
        this.method = head.method().name();
        this.uri = head.uri();
        this.headers = head.headers().copy();
        this.body = body;
        this.json = parse(body);
    }

    public String method() {
        return method;
    }

    /** The path, without query. */
    public String path() {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** Path with query, as it was sent. */
    public String uri() {
        return uri;
    }

    /** The header's first value, {@code null} when it was not sent. */
    public String header(String name) {
        return headers.get(name);
    }

    public List<String> headerNames() {
        return headers.names().stream().sorted().toList();
    }

    public byte[] body() {
        return body.clone();
    }

    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The body, a missing node when it is no JSON. */
    public JsonNode json() {
        return json;
    }

    /** The {@code model} field, empty when there is none. */
    public String model() {
        return json.path("model").asText("");
    }

    /** Whether a stream is asked for. */
    public boolean stream() {
        return json.path("stream").asBoolean(false);
    }

    /** Whether it came to the path of Anthropic's messages. */
    public boolean anthropic() {
        return path().endsWith("/messages");
    }

    public long arrivedAt() {
        return arrivedAt;
    }

    /** Bytes handed to the connection. */
    public long sentBytes() {
        return sent.get();
    }

    /** Whether the whole answer was written. */
    public boolean isAnswered() {
        return answered.isDone();
    }

    /** Whether the other side closed the connection before the answer was complete. */
    public boolean isAbandoned() {
        return abandoned.isDone();
    }

    /** Waits until the other side closes the connection before the answer is complete, and gives when it did. */
    public long awaitAbandoned(Duration atMost) throws InterruptedException {
        return await(abandoned, "the other side did not leave", atMost);
    }

    /** Waits until the whole answer is written, and gives when it was. */
    public long awaitAnswered(Duration atMost) throws InterruptedException {
        return await(answered, "the answer was not complete", atMost);
    }

    @Override
    public String toString() {
        return method + " " + uri + " " + bodyText();
    }

    void sent(int bytes) {
        sent.addAndGet(bytes);
    }

    void answered() {
        answered.complete(System.nanoTime());
    }

    void abandoned() {
        abandoned.complete(System.nanoTime());
    }

    private static long await(CompletableFuture<Long> moment, String otherwise, Duration atMost)
            throws InterruptedException {
        try {
            return moment.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError(otherwise + " within " + atMost, e);
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return body.length == 0 ? MissingNode.getInstance() : MAPPER.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}

package dev.echelon.model;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Secret;
import dev.echelon.domain.Ticker;
import dev.echelon.domain.Usage;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Model calls on one event loop, straight to an upstream. */
final class Calls implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx;
    private final ModelClient client;
    private final Scheduler scheduler;
    private final Upstream upstream;
    private final Destination destination;

    Calls(String baseUrl, ConnectionRules rules) {
        this(baseUrl, rules, new AddressResolverOptions());
    }

    Calls(String baseUrl, ConnectionRules rules, AddressResolverOptions names) {
        this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setAddressResolverOptions(names));
        this.client = new ModelClient(vertx, 1, Ticker.SYSTEM);
        this.scheduler = new EventLoops(vertx).current();
        this.upstream = new Upstream(
                "up",
                Dialects.standard(Clock.systemUTC()).get("openai"),
                URI.create(baseUrl),
                new Secret("k"),
                "m",
                rules);
        this.destination = client.to(upstream);
    }

    static ConnectionRules rules(ConnectionRules.Http2 http2) {
        return rules(http2, Duration.ofMinutes(5));
    }

    static ConnectionRules rules(ConnectionRules.Http2 http2, Duration lifetime) {
        return new ConnectionRules(Duration.ofSeconds(5), 8, http2, Duration.ofMinutes(1), lifetime, true);
    }

    /** How a call ended. */
    record End(@Nullable ChatResponse response, @Nullable ModelFailure failure, boolean stale) {}

    /** One call; pauses after its first chunk where that is wanted. */
    static final class Running implements CallListener {

        final CompletableFuture<ModelCall> begun = new CompletableFuture<>();
        final CompletableFuture<End> end = new CompletableFuture<>();
        final AtomicInteger chunks = new AtomicInteger();
        private final boolean stalls;

        Running(boolean stalls) {
            this.stalls = stalls;
        }

        End await() throws Exception {
            return end.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public boolean chunk(ChatChunk chunk) {
            chunks.incrementAndGet();
            return !stalls;
        }

        @Override
        public void answered(ChatResponse response) {
            end.complete(new End(response, null, false));
        }

        @Override
        public void streamed(@Nullable Usage usage) {
            end.complete(new End(null, null, false));
        }

        @Override
        public void failed(ModelFailure failure, boolean stale) {
            end.complete(new End(null, failure, stale));
        }
    }

    Running plain(String text) {
        return start(text, false, false, LONG);
    }

    Running plain(String text, Duration timeout) {
        return start(text, false, false, timeout);
    }

    Running stream(String text, boolean stalls) {
        return start(text, true, stalls, LONG);
    }

    private Running start(String text, boolean stream, boolean stalls, Duration timeout) {
        Running running = new Running(stalls);
        ChatRequest request = ChatRequest.ofText(text).withStream(stream);
        scheduler.execute(() -> running.begun.complete(client.call(
                destination, "m", request, new CallTimeouts(timeout.toNanos(), LONG, LONG), scheduler, running)));
        return running;
    }

    void cancel(Running call) throws Exception {
        ModelCall begun = call.begun.get(LONG.toSeconds(), TimeUnit.SECONDS);
        scheduler.execute(begun::cancel);
    }

    void warmUp() {
        scheduler.execute(() -> client.warmUp(upstream));
    }

    ConnectionStats stats() {
        return client.connections().getOrDefault("up", ConnectionStats.NONE);
    }

    @Override
    public void close() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
}

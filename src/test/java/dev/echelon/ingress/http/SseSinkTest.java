package dev.echelon.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.RouteInfo;
import dev.echelon.testing.RawHttp;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When bytes leave: those of a plain answer with the turn of the event loop, those of an event at once. */
class SseSinkTest {

    private static final ChatChunk CHUNK = new ChatChunk(
            "id",
            "m",
            1,
            List.of(new ChatChunk.Delta(0, null, "text", List.of(), null, Map.of(), Map.of())),
            null,
            ChatRequest.OPENAI,
            Map.of());

    /** Bytes that wait for the socket right after each write. */
    private final BlockingQueue<Long> unsent = new LinkedBlockingQueue<>();

    @Test
    void eventsLeaveAtOnceAndPlainAnswersWithTheTurnBeforeAndAfter() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            ConnectionWatch watch = new ConnectionWatch(vertx, Duration.ofMinutes(1));
            HttpServer server = vertx.createHttpServer()
                    .connectionHandler(watch::opened)
                    // as answers of models do, they come in another turn than the request
                    .requestHandler(request -> vertx.runOnContext(later -> answer(vertx, request)))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            try (RawHttp caller = RawHttp.to(server.actualPort())) {
                assertThat(caller.send(RawHttp.post("/plain", "")).answer().body())
                        .isEqualTo("plain");
                assertThat(unsentBytes()).isPositive();

                caller.send(RawHttp.post("/events", "")).head();
                assertThat(caller.events()).hasSize(3);
                assertThat(unsentBytes()).isZero();
                assertThat(unsentBytes()).isZero();

                assertThat(caller.send(RawHttp.post("/plain", "")).answer().body())
                        .isEqualTo("plain");
                assertThat(unsentBytes()).isPositive();
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private long unsentBytes() throws InterruptedException {
        Long bytes = unsent.poll(10, TimeUnit.SECONDS);
        assertThat(bytes).as("a write was seen").isNotNull();
        return bytes;
    }

    private void answer(Vertx vertx, HttpServerRequest request) {
        if (request.path().equals("/plain")) {
            request.response().end("plain");
            look(request);
            return;
        }
        SseSink sink = new SseSink(vertx, request, "id", false, Duration.ofMinutes(1));
        sink.begin(new RouteInfo("pool", "instance", "echelon", 1, 1, ""));
        for (int i = 0; i < 2; i++) {
            sink.chunk(CHUNK);
            look(request);
        }
        sink.end(null);
    }

    private void look(HttpServerRequest request) {
        ConnectionBase connection = (ConnectionBase) request.connection();
        ChannelOutboundBuffer waiting =
                connection.channelHandlerContext().channel().unsafe().outboundBuffer();
        unsent.add(waiting.totalPendingWriteBytes());
    }
}

package dev.echelon.ingress.http;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.ChunkJson;
import dev.echelon.domain.json.ErrorJson;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes a streamed answer as server-sent events, one write an event. When the reader is slow it says so, and the
 * upstream is read no further until there is room.
 */
final class SseSink implements AnswerSink {

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");

    /** What may lie unsent for one slow reader. */
    private static final int MAX_UNSENT_BYTES = 128 * 1024;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String requestId;
    private final boolean includeUsage;
    private final Duration stuck;
    private boolean begun;
    private boolean waiting;

    /** @param stuck a reader that takes nothing for so long is gone */
    SseSink(Vertx vertx, HttpServerRequest request, String requestId, boolean includeUsage, Duration stuck) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.requestId = requestId;
        this.includeUsage = includeUsage;
        this.stuck = stuck;
    }

    @Override
    public void begin(RouteInfo info) {
        begun = true;
        Connections.writeAtOnce(request.connection());
        RouteHeaders.write(response, info);
        response.setChunked(true)
                .setWriteQueueMaxSize(MAX_UNSENT_BYTES)
                .putHeader("x-request-id", requestId)
                .putHeader("content-type", "text/event-stream; charset=utf-8")
                .putHeader("cache-control", "no-cache")
                .putHeader("x-accel-buffering", "no");
    }

    @Override
    public boolean chunk(ChatChunk chunk) {
        if (response.closed() || (chunk.usage() != null && chunk.choices().isEmpty() && !includeUsage)) {
            return true;
        }
        write(ChunkJson.write(chunk));
        return !response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable listener) {
        if (waiting) {
            return;
        }
        waiting = true;
        long gone = vertx.setTimer(stuck.toMillis(), expired -> Connections.cut(request.connection()));
        response.drainHandler(drained -> {
            waiting = false;
            vertx.cancelTimer(gone);
            listener.run();
        });
    }

    boolean begun() {
        return begun;
    }

    /**
     * Ends the stream: complete, or with an error event, no {@code [DONE]} and the connection. The body then lacks its last
     * chunk too: who knows no error events sees that this was not the end, and nobody asks again on that connection.
     */
    void end(@Nullable ModelFailure failure) {
        if (response.closed() || response.ended()) {
            return;
        }
        if (failure == null) {
            response.end(DONE);
            Connections.writeTogether(request.connection());
        } else {
            write(ErrorJson.write(failure.withCode("stream_interrupted")));
            request.connection().close();
        }
    }

    private void write(byte[] json) {
        response.write(Buffer.buffer(DATA.length + json.length + END.length)
                .appendBytes(DATA)
                .appendBytes(json)
                .appendBytes(END));
    }
}

package dev.echelon.model;

import dev.echelon.domain.ByteBudget;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import dev.echelon.domain.Usage;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on one upstream: connecting, waiting for the first byte, reading, or over. Everything happens on the
 * request's event loop, so no state is shared. Whatever goes wrong ends in one {@link CallListener#failed}, and the
 * connection is closed unless the answer was read to its end.
 */
public final class ModelCall {

    private static final int MAX_ANNOUNCEMENTS = 8;
    private static final long LINGER_NANOS = Duration.ofSeconds(1).toNanos();

    private final Destination destination;
    private final Upstream upstream;
    private final String model;
    private final ChatRequest request;
    private final CallTimeouts timeouts;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final CallListener listener;
    private final ConnectionPool pool;
    private final ByteBudget memory;

    private Phase phase = Phase.CONNECTING;
    private Scheduler.Timer attemptTimer = Scheduler.Timer.NONE;
    private Scheduler.Timer idleTimer = Scheduler.Timer.NONE;
    private long lastByteAt;
    private long firstTokenAt;
    private boolean paused;
    private int announcements;
    private boolean leased;

    @Nullable
    private HttpClientRequest exchange;

    @Nullable
    private HttpClientResponse response;

    @Nullable
    private AnswerBody plain;

    /** How far the call has come; also the name of the timer that runs out in it. */
    private enum Phase {
        CONNECTING("no connection"),
        FIRST_BYTE("no first byte"),
        BODY("no complete answer"),
        FIRST_TOKEN("no first token"),
        STREAMING("stream fell silent"),
        OVER("over");

        final String words;

        Phase(String words) {
            this.words = words;
        }
    }

    ModelCall(
            Destination destination,
            String model,
            ChatRequest request,
            CallTimeouts timeouts,
            Scheduler scheduler,
            Ticker ticker,
            CallListener listener,
            ByteBudget memory) {
        this.destination = destination;
        this.upstream = destination.upstream();
        this.model = model;
        this.request = request;
        this.timeouts = timeouts;
        this.scheduler = scheduler;
        this.ticker = ticker;
        this.listener = listener;
        this.pool = destination.pool();
        this.memory = memory;
    }

    void start() {
        RequestOptions options = destination.options(request.stream());
        byte[] body = upstream.dialect().render(request, model);
        attemptTimer = scheduler.schedule(timeouts.attemptNanos(), this::attemptTimedOut);
        pool.request(options).onComplete(connected -> {
            if (connected.failed()) {
                fail(CallFailures.connecting(upstream, connected.cause()), false);
            } else if (phase == Phase.OVER) {
                pool.giveBack(connected.result());
            } else {
                send(connected.result(), BufferImpl.buffer(Unpooled.wrappedBuffer(body)));
            }
        });
    }

    private void send(HttpClientRequest connected, Buffer body) {
        exchange = connected;
        phase = Phase.FIRST_BYTE;
        leased = true;
        boolean reused = pool.begin(connected.connection());
        connected.exceptionHandler(cause -> lost(cause, reused));
        connected.continueHandler(announced -> announced());
        connected.earlyHintsHandler(announced -> announced());
        connected.send(body).onComplete(answer -> {
            if (phase == Phase.OVER) {
                return;
            }
            if (answer.failed()) {
                lost(answer.cause(), reused);
            } else {
                receive(answer.result());
            }
        });
    }

    /** A connection that was there is no more, or brings what is no HTTP. */
    private void lost(Throwable cause, boolean reused) {
        ModelFailure failure = CallFailures.talking(upstream, cause);
        boolean dead = reused && failure.kind() == FailureKind.NETWORK_ERROR && !CallFailures.resetsStream(cause);
        boolean untouched = exchange != null && CallFailures.untouched(cause, exchange.connection());
        fail(failure, response == null && (dead || untouched));
    }

    /** 100 and 103 are not the answer yet; they are ignored, but not for ever. */
    private void announced() {
        announcements++;
        if (announcements > MAX_ANNOUNCEMENTS) {
            fail(broken("the answer was announced too often"), false);
        }
    }

    private void receive(HttpClientResponse answer) {
        response = answer;
        lastByteAt = ticker.nanos();
        int status = answer.statusCode();
        String type = answer.getHeader(HttpHeaders.CONTENT_TYPE);
        boolean good = status >= 200 && status < 300;
        boolean events = type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
        answer.exceptionHandler(cause -> fail(broken("the answer was cut off"), false));
        if (good && request.stream() && events) {
            phase = Phase.FIRST_TOKEN;
            receiveStream(answer);
        } else {
            phase = Phase.BODY;
            receiveBody(answer, good, type);
        }
    }

    private void receiveBody(HttpClientResponse answer, boolean good, @Nullable String type) {
        AnswerBody body = new AnswerBody(good, memory);
        plain = body;
        answer.handler(bytes -> {
            if (phase != Phase.OVER && !body.append(bytes)) {
                fail(body.tooLarge(upstream.dialect(), answer), false);
            }
        });
        answer.endHandler(ended -> {
            if (phase == Phase.OVER) {
                return;
            }
            keepConnection();
            try {
                body.finish(upstream.dialect(), request.stream(), answer, type, this::answered);
            } catch (ModelFailure failure) {
                end();
                listener.failed(failure, false);
            } catch (RuntimeException unexpected) {
                end();
                listener.failed(broken("the answer could not be read"), false);
            }
        });
    }

    private void answered(ChatResponse answer) {
        end();
        listener.answered(answer);
    }

    private void receiveStream(HttpClientResponse answer) {
        AnswerStream stream = new AnswerStream(upstream.dialect().newStreamDecoder(), pool::skipped, chunk -> {
            if (phase == Phase.OVER) {
                return;
            }
            if (firstTokenAt == 0) {
                firstTokenAt = ticker.nanos();
                phase = Phase.STREAMING;
                attemptTimer.cancel();
                attemptTimer = Scheduler.Timer.NONE;
                watchIdle();
            }
            if (!listener.chunk(chunk)) {
                pause();
            }
        });
        answer.handler(bytes -> {
            if (phase == Phase.OVER) {
                return;
            }
            lastByteAt = ticker.nanos();
            try {
                stream.bytes(bytes.getBytes());
            } catch (ModelFailure failure) {
                fail(failure, false);
                return;
            } catch (RuntimeException unexpected) {
                fail(broken("an event could not be read"), false);
                return;
            }
            if (phase != Phase.OVER && stream.finished()) {
                streamed(stream.usage(), answer);
            }
        });
        answer.endHandler(ended -> {
            if (phase != Phase.OVER) {
                keepConnection();
                endStream(stream);
            }
        });
    }

    /** The last event may lack its closing blank line. */
    private void endStream(AnswerStream stream) {
        try {
            stream.end();
        } catch (ModelFailure failure) {
            fail(failure, false);
            return;
        } catch (RuntimeException unexpected) {
            fail(broken("an event could not be read"), false);
            return;
        }
        if (stream.finished()) {
            end();
            listener.streamed(stream.usage());
        } else {
            fail(broken("the stream ended before it was complete"), false);
        }
    }

    /** The provider said that it is done: what is left of the connection is read to its end, but not waited for. */
    private void streamed(@Nullable Usage usage, HttpClientResponse answer) {
        end();
        Scheduler.Timer linger = scheduler.schedule(LINGER_NANOS, this::dropConnection);
        answer.exceptionHandler(cause -> {
            linger.cancel();
            dropConnection();
        });
        answer.handler(rest -> {});
        answer.endHandler(ended -> {
            linger.cancel();
            keepConnection();
        });
        answer.resume();
        listener.streamed(usage);
    }

    private void keepConnection() {
        if (leased && exchange != null) {
            leased = false;
            pool.keep(exchange.connection());
        }
    }

    private void dropConnection() {
        if (leased && exchange != null) {
            leased = false;
            pool.drop(exchange);
        }
    }

    private void pause() {
        if (!paused && response != null && phase != Phase.OVER) {
            paused = true;
            response.pause();
        }
    }

    /** The reader has room again. */
    public void resume() {
        if (paused && response != null && phase != Phase.OVER) {
            paused = false;
            lastByteAt = ticker.nanos();
            response.resume();
        }
    }

    /** The caller is gone: closes the upstream connection in whatever phase the call is. */
    public void cancel() {
        fail(ModelFailure.of(FailureKind.CANCELLED, "the caller went away"), false);
    }

    private void attemptTimedOut() {
        String limit = Duration.ofNanos(timeouts.attemptNanos()).toMillis() + " ms";
        if (phase == Phase.FIRST_BYTE && exchange != null) {
            // it may be the connection that is dead: other calls are not to find that out too
            pool.retire(exchange.connection());
        }
        fail(ModelFailure.of(FailureKind.TIMEOUT, phase.words + " within " + limit), false);
    }

    /** One timer watches both the silence and the whole length of a stream; it is set anew only when it runs out. */
    private void watchIdle() {
        long now = ticker.nanos();
        long silent = paused ? 0 : now - lastByteAt;
        long running = now - firstTokenAt;
        long untilIdle = timeouts.streamIdle().toNanos() - silent;
        long untilTotal = timeouts.streamTotal().toNanos() - running;
        if (untilIdle <= 0) {
            String limit = timeouts.streamIdle().toMillis() + " ms";
            fail(ModelFailure.of(FailureKind.TIMEOUT, Phase.STREAMING.words + " for " + limit), false);
        } else if (untilTotal <= 0) {
            String limit = timeouts.streamTotal().toMillis() + " ms";
            fail(
                    ModelFailure.of(FailureKind.TIMEOUT, "the stream is longer than " + limit)
                            .asOurs(),
                    false);
        } else {
            idleTimer = scheduler.schedule(Math.min(untilIdle, untilTotal), this::watchIdle);
        }
    }

    private void fail(ModelFailure failure, boolean stale) {
        if (phase == Phase.OVER) {
            return;
        }
        end();
        dropConnection();
        listener.failed(failure, stale);
    }

    private void end() {
        phase = Phase.OVER;
        attemptTimer.cancel();
        idleTimer.cancel();
        if (plain != null) {
            plain.release();
            plain = null;
        }
    }

    private static ModelFailure broken(String what) {
        return ModelFailure.of(FailureKind.BAD_RESPONSE, what);
    }
}

package dev.echelon.cli.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * One answer on its way to one caller: waits, writes no faster than the caller reads, and stops at once when the caller
 * is gone. Lives on the event loop of its request.
 */
final class Delivery {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final HttpServerResponse response;
    private long timer = NO_TIMER;
    private boolean gone;

    Delivery(Vertx vertx, HttpServerResponse response) {
        this.vertx = vertx;
        this.response = response;
        response.putHeader("x-simulated", "true");
        response.exceptionHandler(failure -> stop());
        response.closeHandler(closed -> stop());
    }

    /** Runs the step later, unless the caller is gone by then. */
    void after(Duration delay, Runnable step) {
        if (gone) {
            return;
        }
        if (delay.isZero()) {
            step.run();
            return;
        }
        timer = vertx.setTimer(millis(delay), fired -> {
            timer = NO_TIMER;
            step.run();
        });
    }

    void json(int status, String body) {
        if (gone) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(Buffer.buffer(body));
    }

    /** Writes the first frame now, and every further one after the interval. */
    void stream(List<String> frames, Duration interval) {
        if (gone) {
            return;
        }
        response.setChunked(true)
                .putHeader("content-type", "text/event-stream; charset=utf-8")
                .putHeader("cache-control", "no-cache");
        Iterator<String> rest = frames.iterator();
        if (interval.isZero()) {
            pour(rest);
            return;
        }
        write(rest);
        if (rest.hasNext()) {
            timer = vertx.setPeriodic(millis(interval), tick -> {
                if (!response.writeQueueFull()) {
                    write(rest);
                }
            });
        }
    }

    private void pour(Iterator<String> rest) {
        while (!gone && rest.hasNext()) {
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> pour(rest));
                return;
            }
            write(rest);
        }
    }

    private void write(Iterator<String> rest) {
        Buffer frame = Buffer.buffer(rest.next());
        if (rest.hasNext()) {
            response.write(frame);
        } else {
            cancelTimer();
            response.end(frame);
        }
    }

    private void stop() {
        gone = true;
        cancelTimer();
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private static long millis(Duration duration) {
        return Math.max(1, duration.toMillis());
    }
}

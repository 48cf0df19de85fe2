package dev.echelon.ingress.http;

import java.time.Duration;

/**
 * The HTTP server.
 *
 * @param host to bind
 * @param port to bind; 0 takes a free one
 * @param loops event loops, one server each
 * @param maxBodyBytes largest request body
 * @param maxHeldBytes request bodies that may be in memory at one time, all together
 * @param keepAlive how long a connection without a request stays open
 * @param simulated whether answers are made up, and must say so
 */
public record EdgeSettings(
        String host, int port, int loops, long maxBodyBytes, long maxHeldBytes, Duration keepAlive, boolean simulated) {

    /** 10 MiB. */
    public static final long MAX_BODY = 10L * 1024 * 1024;

    /** An eighth of the heap: a body lives there in up to three forms, and is not all that does. */
    public static long defaultHeldBytes() {
        return Math.max(2 * MAX_BODY, Runtime.getRuntime().maxMemory() / 8);
    }

    public static final Duration KEEP_ALIVE = Duration.ofSeconds(75);
}

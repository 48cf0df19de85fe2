package dev.echelon.ingress.http;

import java.time.Duration;

/**
 * The HTTP server.
 *
 * @param host to bind
 * @param port to bind; 0 takes a free one
 * @param loops event loops, one server each
 * @param maxBodyBytes largest request body
 * @param keepAlive how long a connection without a request stays open
 * @param simulated whether answers are made up, and must say so
 */
public record EdgeSettings(String host, int port, int loops, long maxBodyBytes, Duration keepAlive, boolean simulated) {

    /** 10 MiB. */
    public static final long MAX_BODY = 10L * 1024 * 1024;

    public static final Duration KEEP_ALIVE = Duration.ofSeconds(75);
}

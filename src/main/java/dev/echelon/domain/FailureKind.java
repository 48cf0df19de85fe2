package dev.echelon.domain;

import java.util.Locale;

/**
 * Why an attempt failed. The kind alone decides whether the same instance may be asked again, whether the walk goes on,
 * what the breaker hears and what the caller is told when nothing is left (DESIGN section 4).
 */
public enum FailureKind {
    /** 429, and 529 or 503 "overloaded". */
    RATE_LIMIT(Returns.ALWAYS, true, false, 429, "rate_limit_error", "rate_limit_exceeded"),
    /** 402, and 429 with an exhausted quota. */
    QUOTA(Returns.NEVER, true, false, 503, "server_error", "upstream_quota"),
    /** 401, 403, and 404 of a model. */
    AUTH(Returns.NEVER, true, false, 502, "server_error", "upstream_auth"),
    /** First byte, first token, idle or connect timer. */
    TIMEOUT(Returns.IF_LISTED_LATE, true, true, 504, "server_error", "upstream_timeout"),
    /** Refused, reset, DNS, TLS. */
    NETWORK_ERROR(Returns.IF_LISTED, true, true, 502, "server_error", "upstream_network_error"),
    /** Any other 5xx, and 408. */
    SERVER_ERROR(Returns.IF_LISTED, true, true, 502, "server_error", "upstream_server_error"),
    /** Truncated, malformed, wrong type, 200 with an error in it, no choices, too big, redirect. */
    BAD_RESPONSE(Returns.NEVER, true, true, 502, "server_error", "upstream_bad_response"),
    /** 400, 413, 422: the caller's own mistake. */
    INVALID_REQUEST(Returns.NEVER, false, false, 400, "invalid_request_error", "invalid_request"),
    /** 400 context_length_exceeded: only a model with a larger configured window may follow. */
    CONTEXT_LENGTH(Returns.NEVER, false, false, 400, "invalid_request_error", "context_length_exceeded"),
    /** 400 content policy. */
    CONTENT_FILTER(Returns.NEVER, false, false, 400, "invalid_request_error", "content_filter"),
    /** Our own limits: concurrency, rpm, a pool's rate, too many in flight. */
    SATURATED(Returns.NEVER, true, false, 429, "rate_limit_error", "rate_limit_exceeded"),
    /** Every instance is open, unhealthy or in quarantine: nothing was asked. */
    UNAVAILABLE(Returns.NEVER, true, false, 503, "server_error", "no_model_available"),
    /** The caller went away. 499 stands in logs only. */
    CANCELLED(Returns.NEVER, false, false, 499, "server_error", "cancelled");

    /** Whether an instance that failed this way may be asked again in the same request. */
    public enum Returns {
        NEVER,
        ALWAYS,
        /** Only where {@code retry_on_errors} names the kind. */
        IF_LISTED,
        /** As {@link #IF_LISTED}, but not before everything untried has been asked. */
        IF_LISTED_LATE
    }

    private final Returns returns;
    private final boolean goesOn;
    private final boolean countsForBreaker;
    private final int status;
    private final String type;
    private final String code;

    FailureKind(Returns returns, boolean goesOn, boolean countsForBreaker, int status, String type, String code) {
        this.returns = returns;
        this.goesOn = goesOn;
        this.countsForBreaker = countsForBreaker;
        this.status = status;
        this.type = type;
        this.code = code;
    }

    public Returns returns() {
        return returns;
    }

    /** Whether another instance is asked after it. */
    public boolean goesOn() {
        return goesOn;
    }

    public boolean countsForBreaker() {
        return countsForBreaker;
    }

    /** The HTTP status a caller sees when the request ends with this kind. */
    public int status() {
        return status;
    }

    /** The {@code type} of the OpenAI-shaped error. */
    public String type() {
        return type;
    }

    /** The {@code code} of the OpenAI-shaped error. */
    public String code() {
        return code;
    }

    /** The name in configuration, metrics and logs: {@code rate_limit}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

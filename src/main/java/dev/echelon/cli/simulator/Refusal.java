package dev.echelon.cli.simulator;

import org.jspecify.annotations.Nullable;

/** What a simulated provider refuses, with the words of both dialects for it. */
enum Refusal {
    INVALID(400, "invalid_request_error", null, "invalid_request_error"),
    UNAUTHENTICATED(401, "invalid_request_error", "invalid_api_key", "authentication_error"),
    NOT_FOUND(404, "invalid_request_error", "unknown_url", "not_found_error"),
    TOO_LARGE(413, "invalid_request_error", null, "request_too_large"),
    RATE_LIMITED(429, "requests", "rate_limit_exceeded", "rate_limit_error"),
    SERVER_ERROR(500, "server_error", null, "api_error"),
    UNAVAILABLE(503, "server_error", null, "api_error");

    private final int status;
    private final String openAiType;
    private final @Nullable String openAiCode;
    private final String anthropicType;

    Refusal(int status, String openAiType, @Nullable String openAiCode, String anthropicType) {
        this.status = status;
        this.openAiType = openAiType;
        this.openAiCode = openAiCode;
        this.anthropicType = anthropicType;
    }

    int status() {
        return status;
    }

    String openAiType() {
        return openAiType;
    }

    @Nullable
    String openAiCode() {
        return openAiCode;
    }

    String anthropicType() {
        return anthropicType;
    }
}

package dev.echelon.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a provider's error means: by its code and type first, by the HTTP status where they say nothing (DESIGN section 4).
 * The failure's message is ours. Only where the caller's own request is at fault the provider's explanation follows it,
 * cleaned by {@link UpstreamText}.
 */
final class Classifier {

    private static final List<String> QUOTA_WORDS = List.of(
            "insufficient_quota",
            "insufficient_balance",
            "insufficient_credit",
            "billing",
            "credit_balance",
            "spend_limit",
            "payment_required");
    private static final List<String> QUOTA_PHRASES = List.of("credit balance is too low");
    private static final List<String> RATE_WORDS = List.of("rate_limit", "too_many_requests", "resource_exhausted");
    private static final List<String> OVERLOADED = List.of("overloaded");
    private static final List<String> AUTH_WORDS = List.of(
            "invalid_api_key", "api_key_invalid", "authentication_error", "permission_error", "model_not_found");
    private static final List<String> AUTH_PHRASES = List.of("api key not valid");
    private static final List<String> CONTEXT_WORDS = List.of("context_length_exceeded", "exceed_context_size");
    private static final List<String> CONTEXT_PHRASES = List.of(
            "prompt is too long", "maximum context length", "exceed context limit", "exceeds the context window");
    private static final List<String> FILTER_WORDS = List.of(
            "content_policy",
            "content_filter",
            "responsibleaipolicyviolation",
            "moderation_blocked",
            "data_inspection_failed",
            "invalid_prompt");

    /** The status an error inside a 200 would have had, by what its type or code contains; the first hit counts. */
    private static final List<Map.Entry<String, Integer>> NOMINAL = List.of(
            Map.entry("insufficient_quota", 429),
            Map.entry("billing", 402),
            Map.entry("rate_limit", 429),
            Map.entry("too_many_requests", 429),
            Map.entry("resource_exhausted", 429),
            Map.entry("overloaded", 529),
            Map.entry("authentication", 401),
            Map.entry("api_key", 401),
            Map.entry("permission", 403),
            Map.entry("not_found", 404),
            Map.entry("request_too_large", 413),
            Map.entry("context_length_exceeded", 400),
            Map.entry("content_policy", 400),
            Map.entry("content_filter", 400),
            Map.entry("invalid_request", 400));

    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;

    private final Clock clock;

    Classifier(Clock clock) {
        this.clock = clock;
    }

    /** A non-2xx answer. */
    ModelFailure ofAnswer(int status, Function<String, @Nullable String> header, byte[] body) {
        UpstreamError error = UpstreamError.read(body);
        FailureKind kind = kind(status, error);
        ModelFailure failure = failure(kind, status, error);
        return kind.goesOn() ? failure.withRetryAfter(RetryAfter.parse(header, clock)) : failure;
    }

    /** An error event of a stream. */
    ModelFailure ofEvent(JsonNode body) {
        UpstreamError error = UpstreamError.read(body);
        int status = nominalStatus(error);
        return failure(kind(status, error), status, error);
    }

    /**
     * An error where a 200 promised an answer. Its word is taken for the account's and the prompt's troubles; anything
     * else is a provider that breaks its own protocol.
     */
    ModelFailure ofBody(JsonNode body) {
        UpstreamError error = UpstreamError.read(body);
        int status = nominalStatus(error);
        FailureKind kind = kind(status, error);
        return switch (kind) {
            case RATE_LIMIT, QUOTA, AUTH, CONTEXT_LENGTH, CONTENT_FILTER -> failure(kind, status, error);
            default -> failure(FailureKind.BAD_RESPONSE, OK, error);
        };
    }

    private static int nominalStatus(UpstreamError error) {
        for (Map.Entry<String, Integer> nominal : NOMINAL) {
            if (error.says(List.of(nominal.getKey()))) {
                return nominal.getValue();
            }
        }
        return error.status() == 0 ? SERVER_ERROR : error.status();
    }

    private static FailureKind kind(int status, UpstreamError error) {
        if (status >= 500) {
            boolean overloaded = error.says(OVERLOADED) || (status == 503 && error.tells(OVERLOADED));
            return status == 529 || overloaded ? FailureKind.RATE_LIMIT : FailureKind.SERVER_ERROR;
        }
        if (status < 400) {
            return FailureKind.BAD_RESPONSE;
        }
        if (status == 402 || error.says(QUOTA_WORDS) || error.tells(QUOTA_PHRASES)) {
            return FailureKind.QUOTA;
        }
        return switch (status) {
            case 429 -> FailureKind.RATE_LIMIT;
            case 401, 403 -> error.says(FILTER_WORDS) ? FailureKind.CONTENT_FILTER : FailureKind.AUTH;
            case 404, 410 -> FailureKind.AUTH;
            case 408 -> FailureKind.SERVER_ERROR;
            case 400, 413, 422 -> refusal(error);
            default -> error.says(RATE_WORDS) ? FailureKind.RATE_LIMIT : FailureKind.BAD_RESPONSE;
        };
    }

    /** The statuses of a caller's mistake, which some providers use for other things as well. */
    private static FailureKind refusal(UpstreamError error) {
        if (error.says(RATE_WORDS)) {
            return FailureKind.RATE_LIMIT;
        }
        if (error.says(AUTH_WORDS) || error.tells(AUTH_PHRASES)) {
            return FailureKind.AUTH;
        }
        if (error.says(CONTEXT_WORDS) || error.tells(CONTEXT_PHRASES)) {
            return FailureKind.CONTEXT_LENGTH;
        }
        return error.says(FILTER_WORDS) ? FailureKind.CONTENT_FILTER : FailureKind.INVALID_REQUEST;
    }

    private static ModelFailure failure(FailureKind kind, int status, UpstreamError error) {
        return switch (kind) {
            case RATE_LIMIT -> ModelFailure.of(kind, "the model's provider limits the rate of requests");
            case QUOTA -> ModelFailure.of(kind, "the account at the model's provider has no quota left");
            case AUTH ->
                ModelFailure.of(
                        kind,
                        status == 404 || status == 410
                                ? "the model's provider does not know the model"
                                : "the model's provider refused our credentials");
            case SERVER_ERROR -> ModelFailure.of(kind, "the model's provider failed with status " + status);
            case INVALID_REQUEST ->
                status == 413
                        ? ModelFailure.of(kind, "the request is too large for the model's provider")
                                .withStatus(status)
                        : explained(kind, "the model's provider refused the request", error)
                                .withStatus(status);
            case CONTEXT_LENGTH -> explained(kind, "the request does not fit into the model's context window", error);
            case CONTENT_FILTER -> explained(kind, "the model's provider refused the content of the request", error);
            default -> ModelFailure.of(FailureKind.BAD_RESPONSE, unexpected(status));
        };
    }

    private static String unexpected(int status) {
        if (status == OK) {
            return "the model's provider sent an error in place of an answer";
        }
        return status >= 300 && status < 400
                ? "the model's provider answered with a redirect"
                : "the model's provider answered with the unexpected status " + status;
    }

    private static ModelFailure explained(FailureKind kind, String ours, UpstreamError error) {
        String theirs = error.message() == null ? "" : UpstreamText.clean(error.message());
        return ModelFailure.of(kind, theirs.isEmpty() ? ours : ours + ": " + theirs)
                .withParam(UpstreamText.field(error.param()));
    }
}

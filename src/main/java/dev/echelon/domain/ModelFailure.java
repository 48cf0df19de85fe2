package dev.echelon.domain;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One failed attempt, or a request that ends without an answer. Carries no stack trace: it is an outcome, and a hot one
 * when a provider is down. The message is ours, never an upstream's, so that it may be shown to the caller.
 */
public final class ModelFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final FailureKind kind;
    private final int status;

    @Nullable
    private final Duration retryAfter;

    @Nullable
    private final String param;

    private final String code;
    private final boolean ours;

    private ModelFailure(
            FailureKind kind,
            String message,
            int status,
            @Nullable Duration retryAfter,
            @Nullable String param,
            String code,
            boolean ours) {
        super(message, null, false, false);
        this.kind = Objects.requireNonNull(kind, "kind");
        this.status = status;
        this.retryAfter = retryAfter;
        this.param = param;
        this.code = code;
        this.ours = ours;
    }

    public static ModelFailure of(FailureKind kind, String message) {
        return new ModelFailure(kind, message, kind.status(), null, null, kind.code(), false);
    }

    /** With the status the caller is to see, where it differs from the kind's own (413, 422, 404). */
    public ModelFailure withStatus(int callerStatus) {
        return new ModelFailure(kind, message(), callerStatus, retryAfter, param, code, ours);
    }

    /** With other words. */
    public ModelFailure withMessage(String text) {
        return new ModelFailure(kind, text, status, retryAfter, param, code, ours);
    }

    /** With the time after which the instance, or the gateway, is worth asking again. */
    public ModelFailure withRetryAfter(@Nullable Duration wait) {
        return new ModelFailure(kind, message(), status, wait, param, code, ours);
    }

    /** With the request field that is at fault, as the error's {@code param}. */
    public ModelFailure withParam(@Nullable String field) {
        return new ModelFailure(kind, message(), status, retryAfter, field, code, ours);
    }

    /** With a code of the OpenAI-shaped error that says more than the kind's own. */
    public ModelFailure withCode(String newCode) {
        return new ModelFailure(kind, message(), status, retryAfter, param, newCode, ours);
    }

    /** A bound of ours was reached: it says nothing about the provider's health. */
    public ModelFailure asOurs() {
        return new ModelFailure(kind, message(), status, retryAfter, param, code, true);
    }

    public boolean isOurs() {
        return ours;
    }

    /** The {@code code} of the error that the caller sees. */
    public String code() {
        return code;
    }

    public FailureKind kind() {
        return kind;
    }

    public String message() {
        return Objects.requireNonNullElse(getMessage(), kind.word());
    }

    /** The HTTP status for the caller. */
    public int status() {
        return status;
    }

    @Nullable
    public Duration retryAfter() {
        return retryAfter;
    }

    @Nullable
    public String param() {
        return param;
    }
}

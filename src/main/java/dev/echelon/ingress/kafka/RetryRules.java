package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a prompt that failed is tried again, and when. What the prompt itself is to blame for is not. All else may be an
 * outage: it is tried again until {@code maxAge} is over; but a prompt that fails {@value #MOST_COUNTED} times while others
 * to the same target are answered is to blame after all.
 */
final class RetryRules {

    static final int MOST_COUNTED = 5;

    /** A prompt came too late for its own time limit. */
    static final String DEADLINE = "deadline_exceeded";

    /** Something of ours broke on it, which waiting does not mend. */
    static final String INTERNAL = "internal_error";

    static final long NEVER = -1;

    private static final long FIRST = Duration.ofMillis(500).toNanos();
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();

    private static final Set<FailureKind> FINAL =
            EnumSet.of(FailureKind.INVALID_REQUEST, FailureKind.CONTEXT_LENGTH, FailureKind.CONTENT_FILTER);
    private static final Set<FailureKind> NOBODYS_FAULT =
            EnumSet.of(FailureKind.SATURATED, FailureKind.RATE_LIMIT, FailureKind.CANCELLED);

    private final long maxAge;
    private final DoubleSupplier random;

    /** @param random 0 to 1 */
    RetryRules(Duration maxAge, DoubleSupplier random) {
        this.maxAge = maxAge.toNanos();
        this.random = random;
    }

    static boolean isFinal(ModelFailure failure) {
        return FINAL.contains(failure.kind()) || failure.code().equals(DEADLINE);
    }

    static boolean isOurs(ModelFailure failure) {
        return failure.code().equals(INTERNAL);
    }

    /** Whether the prompt may be to blame, when others succeed meanwhile. */
    static boolean counts(ModelFailure failure) {
        return !NOBODYS_FAULT.contains(failure.kind());
    }

    /** Nanoseconds until the next try, {@link #NEVER} when it is a dead letter. The failure has been noted in it. */
    long delay(Delivery delivery, ModelFailure failure, long now) {
        if (isFinal(failure) || delivery.counted() >= MOST_COUNTED || now - delivery.failedAt() >= maxAge) {
            return NEVER;
        }
        return backOff(delivery.tries(), failure.retryAfter());
    }

    /** Half of it is chance; never shorter than what was asked for. */
    long backOff(int tries, @Nullable Duration atLeast) {
        long most = Math.min(LONGEST, FIRST << Math.min(Math.max(0, tries - 1), 10));
        long wait = (long) (most * (0.5 + random.getAsDouble() / 2));
        return atLeast == null ? wait : Math.max(wait, Math.min(atLeast.toNanos(), LONGEST));
    }
}

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
 * outage, of which some prompts see more than others: it is tried again until {@code maxAge} is over, ever more rarely while
 * others are served. Only a prompt that breaks something of ours {@value #MOST_COUNTED} times, or is answered so often with
 * what is no answer while others to the same target get theirs, is to blame after all.
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

    /** While others are served: the next try may cost as much as the last one, and fail as well. */
    private static final long LONGEST_PASSED = Duration.ofMinutes(5).toNanos();

    private static final Set<FailureKind> FINAL =
            EnumSet.of(FailureKind.INVALID_REQUEST, FailureKind.CONTEXT_LENGTH, FailureKind.CONTENT_FILTER);
    private static final Set<FailureKind> NOBODYS_FAULT =
            EnumSet.of(FailureKind.SATURATED, FailureKind.RATE_LIMIT, FailureKind.UNAVAILABLE, FailureKind.CANCELLED);

    /** What a prompt failed by. */
    enum Blame {
        /** What would have befallen any other. */
        OUTAGE,
        /** Others are served meanwhile, which may be luck. */
        PERHAPS,
        /** Itself, should that go on. */
        PROMPT
    }

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

    static Blame blame(ModelFailure failure, boolean othersAreServed) {
        if (failure.code().equals(INTERNAL)) {
            return Blame.PROMPT;
        }
        if (!othersAreServed || NOBODYS_FAULT.contains(failure.kind())) {
            return Blame.OUTAGE;
        }
        return failure.kind() == FailureKind.BAD_RESPONSE ? Blame.PROMPT : Blame.PERHAPS;
    }

    /** Nanoseconds until the next try, {@link #NEVER} when it is a dead letter. The failure has been noted in it. */
    long delay(Delivery delivery, ModelFailure failure, long now) {
        long left = maxAge - (now - delivery.failedAt());
        if (isFinal(failure) || delivery.counted() >= MOST_COUNTED || left <= 0) {
            return NEVER;
        }
        long wait = delivery.blame() == Blame.OUTAGE
                ? backOff(delivery.tries(), LONGEST, failure.retryAfter())
                : backOff(delivery.passed(), LONGEST_PASSED, failure.retryAfter());
        return Math.min(wait, left);
    }

    /** Nanoseconds until a dead letter is sent again. */
    long delay(int tries) {
        return backOff(tries, LONGEST, null);
    }

    /** Half of it is chance; never shorter than what was asked for. */
    private long backOff(int tries, long longest, @Nullable Duration atLeast) {
        long most = Math.min(longest, FIRST << Math.min(Math.max(0, tries - 1), 10));
        long wait = (long) (most * (0.5 + random.getAsDouble() / 2));
        return atLeast == null ? wait : Math.max(wait, Math.min(atLeast.toNanos(), longest));
    }
}

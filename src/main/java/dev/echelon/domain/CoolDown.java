package dev.echelon.domain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Until when a model with its credential is left alone. A value; the later end always wins.
 *
 * @param until nanos; over when it is not after now
 * @param step rate limits in a row that came without a Retry-After
 * @param quarantine whether it is the provider's refusal (quota, auth) rather than its rate limit
 */
public record CoolDown(long until, int step, boolean quarantine, boolean set) {

    public static final CoolDown NONE = new CoolDown(0, 0, false, false);
    public static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(5);
    public static final Duration QUOTA = Duration.ofMinutes(10);
    public static final Duration AUTH = Duration.ofMinutes(5);
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    public boolean active(long now) {
        return set && until - now > 0;
    }

    /** After a failed attempt; kinds that do not cool change nothing. */
    public CoolDown after(FailureKind kind, @Nullable Duration retryAfter, long now) {
        return switch (kind) {
            case RATE_LIMIT ->
                retryAfter == null
                        ? growing(now)
                        : later(now + min(retryAfter, MAX_RETRY_AFTER).toNanos(), step, false, now);
            case QUOTA -> later(now + QUOTA.toNanos(), step, true, now);
            case AUTH -> later(now + AUTH.toNanos(), step, true, now);
            default -> this;
        };
    }

    /** After a good answer the growing pause starts anew; a running quarantine or pause is kept. */
    public CoolDown afterSuccess() {
        return step == 0 ? this : new CoolDown(until, 0, quarantine, set);
    }

    /** Twice as long as the pause before; what fails during a pause was under way when it began, and makes it no longer. */
    private CoolDown growing(long now) {
        int next = active(now) && step > 0 ? step : step + 1;
        Duration pause = min(FIRST.multipliedBy(1L << Math.min(next - 1, 10)), LONGEST);
        return later(now + pause.toNanos(), next, false, now);
    }

    private CoolDown later(long end, int nextStep, boolean refuses, long now) {
        if (active(now) && until - end > 0) {
            return new CoolDown(until, nextStep, quarantine, true);
        }
        return new CoolDown(end, nextStep, refuses, true);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}

package dev.echelon.domain;

import dev.echelon.domain.Health.State;
import java.time.Duration;

/**
 * When active probes take a model out of traffic, and when it comes back. Pure functions over a {@link Health}.
 *
 * @param failureThreshold failed probes in a row that make it unhealthy, while it recovers as well
 * @param recoveryTime for which it stays so at least; the first good probe after it lets it recover
 */
public record HealthRules(int failureThreshold, Duration recoveryTime) {

    public Health onProbe(Health health, boolean good, long now) {
        Health current = at(health, now);
        if (good) {
            boolean recovers = current.state() == State.UNHEALTHY && waitNanos(current, now) == 0;
            return recovers ? new Health(State.RECOVERING, 0, now) : current.withFailures(0);
        }
        int failures = current.failures() + 1;
        boolean falls = current.state() != State.UNHEALTHY && failures >= failureThreshold;
        return falls ? new Health(State.UNHEALTHY, failures, now) : current.withFailures(failures);
    }

    /** A real request was sent in spite of it, and answered: that says more than any probe, so no time is waited for. */
    public Health onForcedAnswer(Health health, long now) {
        return health.state() == State.UNHEALTHY ? new Health(State.RECOVERING, 0, now) : health;
    }

    /** The health at a moment: it has recovered when its share has grown to the whole. */
    public Health at(Health health, long now) {
        return health.state() == State.RECOVERING && share(health, now) >= 1
                ? new Health(State.HEALTHY, health.failures(), health.since() + BreakerRules.RAMP.toNanos())
                : health;
    }

    /** Nanoseconds for which it is unhealthy in any case; 0 when the next good probe would let it recover. */
    public long waitNanos(Health health, long now) {
        return health.state() == State.UNHEALTHY ? Math.max(0, health.since() + recoveryTime.toNanos() - now) : 0;
    }

    /** The share of its normal traffic, 0.1 to 1, that it takes unless it is unhealthy. */
    public double share(Health health, long now) {
        return health.state() == State.RECOVERING ? BreakerRules.ramp(health.since(), now) : 1;
    }
}

package dev.echelon.route;

import dev.echelon.domain.BreakerRules;
import dev.echelon.domain.Cell;
import dev.echelon.domain.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The breaker of one instance: resilience4j's, with its failure-rate window and its states, so that JMX, console and
 * metrics see it, and {@link BreakerRules} on top by its interval function and forced transitions. Lives as long as the
 * instance is configured, over all generations. Thread-safe.
 */
final class InstanceBreaker {

    private static final int WINDOW_SECONDS = 30;
    private static final int WINDOW_CALLS = 10;
    private static final float FAILURE_PERCENT = 50;
    private static final Duration PROBE_EVERY = Duration.ofSeconds(1);
    private static final Duration LOST_PROBE_GRACE = Duration.ofSeconds(5);

    private final CircuitBreaker breaker;
    private final BreakerRules rules;
    private final Ticker ticker;
    private final Cell<BreakerRules.Memory> memory = new Cell<>(BreakerRules.Memory.FRESH);
    private final long lostAfter;
    private final AtomicInteger era = new AtomicInteger();
    private final AtomicInteger probes = new AtomicInteger();
    private final Set<Permission> probesRunning = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastForced = new AtomicLong();

    /**
     * @param timeout of an attempt: a probe that is not heard of five seconds after it is given back
     * @param jitter from 0 to 1
     */
    InstanceBreaker(
            String id,
            BreakerRules rules,
            Duration timeout,
            CircuitBreakerRegistry registry,
            Ticker ticker,
            DoubleSupplier jitter) {
        this.rules = rules;
        this.ticker = ticker;
        this.lostAfter = timeout.plus(LOST_PROBE_GRACE).toNanos();
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.TIME_BASED)
                .slidingWindowSize(WINDOW_SECONDS)
                .minimumNumberOfCalls(WINDOW_CALLS)
                .failureRateThreshold(FAILURE_PERCENT)
                .slowCallRateThreshold(100)
                .slowCallDurationThreshold(Duration.ofDays(1))
                .permittedNumberOfCallsInHalfOpenState(rules.halfOpenRequests())
                .waitIntervalFunctionInOpenState(attempt -> opened(jitter.getAsDouble()))
                .clock(new TickerClock(ticker))
                .currentTimestampFunction(clock -> ticker.nanos(), TimeUnit.NANOSECONDS)
                .writableStackTraceEnabled(false)
                .build();
        lastForced.set(ticker.nanos() - PROBE_EVERY.toNanos());
        registry.remove(id);
        this.breaker = registry.circuitBreaker(id, config);
        breaker.getEventPublisher().onStateTransition(event -> {
            era.incrementAndGet();
            switch (event.getStateTransition().getToState()) {
                case HALF_OPEN -> {
                    probes.set(0);
                    probesRunning.clear();
                }
                case CLOSED -> memory.update(it -> rules.onClose(it, ticker.nanos()));
                default -> {}
            }
        });
    }

    /** Called by resilience4j when it opens, for whatever reason: our rules say for how many milliseconds. */
    private long opened(double jitter) {
        long now = ticker.nanos();
        BreakerRules.Memory after = memory.update(it -> rules.onOpen(it, now, jitter));
        lastForced.set(now);
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(after.openUntil() - now));
    }

    /** Nanoseconds until it may let an attempt through; 0 when it would now. Takes nothing. */
    long waitNanos(long now) {
        return switch (breaker.getState()) {
            case OPEN, FORCED_OPEN -> Math.max(0, memory.get().openUntil() - now);
            case HALF_OPEN -> probes.get() < rules.halfOpenRequests() || anyIsLost(now) ? 0 : PROBE_EVERY.toNanos();
            default -> 0;
        };
    }

    double share(long now) {
        return breaker.getState() == CircuitBreaker.State.CLOSED ? rules.share(memory.get(), now) : 1;
    }

    /**
     * Whether a forced probe may go now: one a second, the first a second after it opened.
     *
     * @param unhealthy whether its model is: then one may go although the breaker would let attempts through
     */
    boolean probeable(long now, boolean unhealthy) {
        boolean shut = breaker.getState() == CircuitBreaker.State.OPEN || (unhealthy && waitNanos(now) == 0);
        return shut && now - lastForced.get() >= PROBE_EVERY.toNanos();
    }

    /**
     * Takes a permission for an attempt that is really made.
     *
     * @param forced whether it is a forced probe, of an open breaker or an unhealthy model
     * @return {@code null} when there is none to be had
     */
    @Nullable
    Permission acquire(boolean forced) {
        if (forced) {
            long now = ticker.nanos();
            long last = lastForced.get();
            if (now - last < PROBE_EVERY.toNanos() || !lastForced.compareAndSet(last, now)) {
                return null;
            }
            if (breaker.getState() == CircuitBreaker.State.OPEN) {
                breaker.transitionToHalfOpenState();
            }
        }
        giveBackLost();
        if (!breaker.tryAcquirePermission()) {
            return null;
        }
        boolean probe = breaker.getState() == CircuitBreaker.State.HALF_OPEN;
        Permission permission = new Permission(era.get(), probe, ticker.nanos());
        if (probe) {
            probes.incrementAndGet();
            probesRunning.add(permission);
        }
        return permission;
    }

    /** Whether a probe has been under way for longer than any attempt may take to its first token. */
    private boolean anyIsLost(long now) {
        return probesRunning.stream().anyMatch(probe -> now - probe.givenAt >= lostAfter);
    }

    private void giveBackLost() {
        long now = ticker.nanos();
        for (Permission probe : probesRunning) {
            if (now - probe.givenAt >= lostAfter) {
                probe.release();
            }
        }
    }

    CircuitBreaker.State state() {
        return breaker.getState();
    }

    /**
     * Leave to make one attempt; its holder tells the outcome once. What comes after the breaker has opened, half opened
     * or closed says something about a time that is over, and changes nothing.
     */
    final class Permission {

        private final int era;
        private final boolean probe;
        private final long givenAt;

        private Permission(int era, boolean probe, long now) {
            this.era = era;
            this.probe = probe;
            this.givenAt = now;
        }

        void succeeded(long nanos) {
            if (isOver()) {
                return;
            }
            memory.update(rules::onSuccess);
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        }

        void failed(long nanos, Exception failure) {
            if (isOver()) {
                return;
            }
            BreakerRules.Memory after = memory.update(rules::onFailure);
            // one failed probe is enough, whatever rate resilience4j would make of it
            if (probe) {
                breaker.transitionToOpenState();
            }
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
            if (breaker.getState() == CircuitBreaker.State.CLOSED && rules.mustOpen(after)) {
                breaker.transitionToOpenState();
            }
        }

        /** The attempt says nothing about the provider's health. */
        void release() {
            if (isOver()) {
                return;
            }
            if (probe) {
                probes.decrementAndGet();
            }
            breaker.releasePermission();
        }

        /** Of a time that is over, or a probe that was given up for lost. */
        private boolean isOver() {
            return era != InstanceBreaker.this.era.get() || (probe && !probesRunning.remove(this));
        }
    }
}

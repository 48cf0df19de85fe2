package dev.echelon.domain;

/** Monotonic time in nanoseconds. Every timer, limit and breaker reads this one; wall clocks may jump, this may not. */
@FunctionalInterface
public interface Ticker {

    Ticker SYSTEM = System::nanoTime;

    long nanos();
}

package dev.echelon.route;

import dev.echelon.domain.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock for resilience4j that is driven by the ticker, so that a jump of the wall clock opens and closes nothing. */
final class TickerClock extends Clock {

    private final Ticker ticker;
    private final long start;

    TickerClock(Ticker ticker) {
        this.ticker = ticker;
        this.start = ticker.nanos();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(ticker.nanos() - start);
    }

    @Override
    public long millis() {
        return (ticker.nanos() - start) / 1_000_000;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}

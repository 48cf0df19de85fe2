package dev.echelon.route;

import dev.echelon.domain.ConcurrencyLimit;
import dev.echelon.domain.RateLimit;

/** What the instances of one echelon share. */
record EchelonLimits(ConcurrencyLimit concurrency, RateLimit rpm) {

    EchelonStatus status(String echelon, long now) {
        return new EchelonStatus(
                echelon, concurrency.inUse(), concurrency.limit(), concurrency.queued(), rpm.left(now));
    }
}

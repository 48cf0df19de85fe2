package dev.echelon.route;

import dev.echelon.domain.ConcurrencyLimit;
import dev.echelon.domain.RateLimit;

/** What the instances of one echelon share. */
record EchelonLimits(ConcurrencyLimit concurrency, RateLimit rpm) {}

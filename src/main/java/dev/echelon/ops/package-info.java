/**
 * Seen from outside: metrics, health, the request log, the watch over the event loops. Hears events and reads snapshots;
 * what it measures does not know it. May import all but ingress and cli. Start at {@link dev.echelon.ops.Operations}; all
 * names are in {@link dev.echelon.ops.MetricNames}.
 */
@NullMarked
package dev.echelon.ops;

import org.jspecify.annotations.NullMarked;

package dev.echelon.config;

import java.time.Duration;

/**
 * Statistics of a pool, a group or the wrappers.
 *
 * @param interval how often a snapshot is taken ({@code interval}, {@code collection_interval}, {@code
 *     metrics_interval})
 * @param retention how long snapshots are kept
 */
public record MetricsConfig(boolean enabled, Duration interval, Duration retention) {}

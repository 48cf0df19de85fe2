package dev.echelon.model;

import java.time.Duration;

/**
 * How long a model call may take.
 *
 * @param attemptNanos the whole of a plain call; up to the first content token of a streamed one
 * @param streamIdle longest silence after the first token
 * @param streamTotal longest stream
 */
public record CallTimeouts(long attemptNanos, Duration streamIdle, Duration streamTotal) {}

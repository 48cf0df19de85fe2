package dev.echelon.route;

/**
 * The limits of an echelon at one moment.
 *
 * @param echelon {@code fast_group.echelon1}, or the id of a direct instance
 * @param permits attempts that run on it
 * @param limit how many may
 * @param queued requests that wait for a permit
 * @param rpmLeft attempts that this minute still allows, at least 0; {@link Integer#MAX_VALUE} when it has no limit
 */
public record EchelonStatus(String echelon, int permits, int limit, int queued, int rpmLeft) {}

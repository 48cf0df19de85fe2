package dev.echelon.route;

/**
 * The rate limit of a pool at one moment.
 *
 * @param left requests that it would still take at once
 */
public record PoolStatus(String pool, int left) {}

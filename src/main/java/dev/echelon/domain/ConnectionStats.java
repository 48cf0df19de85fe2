package dev.echelon.domain;

/**
 * The connections to providers at one moment.
 *
 * @param open established
 * @param leased of these, in use by a call
 */
public record ConnectionStats(int open, int leased) {}

package dev.echelon.store;

/**
 * What two requests must have in common to be one.
 *
 * @param tenant whose key it is: a digest of a credential, or {@code anonymous}; keys of two tenants never meet
 * @param target as configured, so that one key may be used once for each
 * @param key the caller's own
 */
public record IdempotencyKey(String tenant, String target, String key) {}

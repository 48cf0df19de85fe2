package dev.echelon.store;

/**
 * What two requests must have in common to have one answer.
 *
 * @param tenant whose request it is: a digest of a credential, or {@code anonymous}; two tenants never share anything
 * @param target as configured, so that one key may be used once for each; where the configuration counts, with its
 *     identity
 * @param key the caller's own (idempotency), or the request's {@link Fingerprint} (response cache)
 */
public record AnswerKey(String tenant, String target, String key) {}

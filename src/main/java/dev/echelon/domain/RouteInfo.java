package dev.echelon.domain;

/**
 * Who answered, for headers and logs.
 *
 * @param target what was asked, as configured: {@code fast_pool}
 * @param instance {@code fast_group.echelon1/openai:gpt-4o}; of a cached answer the one that gave it
 * @param echelon {@code fast_group.echelon1}
 * @param attempts calls that reached an upstream for this request, this one included
 * @param generation of the configuration that served the request
 * @param trace short form of the {@link DecisionTrace} so far
 * @param replayed whether the answer was made for another request with the same idempotency key
 * @param cache what the response cache did
 */
public record RouteInfo(
        String target,
        String instance,
        String echelon,
        int attempts,
        long generation,
        String trace,
        boolean replayed,
        CacheUse cache) {

    /** Without the help of the cache. */
    public RouteInfo(String target, String instance, String echelon, int attempts, long generation, String trace) {
        this(target, instance, echelon, attempts, generation, trace, false, CacheUse.BYPASS);
    }

    /** The same for those who are given the answer once more. */
    public RouteInfo asReplay() {
        return new RouteInfo(target, instance, echelon, attempts, generation, trace, true, cache);
    }

    /** The same for those for whom no model was asked; unchanged when that was so already. */
    public RouteInfo fromCache(CacheUse use) {
        return cache.answered()
                ? this
                : new RouteInfo(
                        target,
                        instance,
                        echelon,
                        0,
                        generation,
                        "cache=" + use.result().word(),
                        replayed,
                        use);
    }

    public RouteInfo withCache(CacheUse use) {
        return new RouteInfo(target, instance, echelon, attempts, generation, trace, replayed, use);
    }

    /** Whether it tells of another request's call: nothing was asked, and nothing is to be paid. */
    public boolean isSecondHand() {
        return replayed || cache.answered();
    }
}

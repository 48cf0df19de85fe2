package dev.echelon.domain;

/**
 * Who answered, for headers and logs.
 *
 * @param target what was asked, as configured: {@code fast_pool}
 * @param instance {@code fast_group.echelon1/openai:gpt-4o}
 * @param echelon {@code fast_group.echelon1}
 * @param attempts calls that reached an upstream, this one included
 * @param generation of the configuration that served the request
 * @param trace short form of the {@link DecisionTrace} so far
 * @param replayed whether the answer was made for another request with the same idempotency key
 */
public record RouteInfo(
        String target, String instance, String echelon, int attempts, long generation, String trace, boolean replayed) {

    public RouteInfo(String target, String instance, String echelon, int attempts, long generation, String trace) {
        this(target, instance, echelon, attempts, generation, trace, false);
    }

    /** The same for those who are given the answer once more. */
    public RouteInfo asReplay() {
        return new RouteInfo(target, instance, echelon, attempts, generation, trace, true);
    }
}

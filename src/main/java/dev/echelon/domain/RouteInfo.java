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
 */
public record RouteInfo(String target, String instance, String echelon, int attempts, long generation, String trace) {}

package dev.echelon.domain;

/**
 * A target as it is shown to callers.
 *
 * @param name what a caller writes as {@code model}
 * @param kind {@code wrapper | pool | group | model}
 * @param owner the provider of a model, {@code echelon} for everything else
 */
public record TargetInfo(String name, String kind, String owner) {}

package dev.echelon.domain;

import java.util.Objects;

/**
 * A model reference, {@code provider:model}, split at the first colon: {@code ollama:llama3:8b} is the model
 * {@code llama3:8b} of the provider {@code ollama}. Neither part is empty.
 */
public record ModelRef(String provider, String model) {

    public ModelRef {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(model, "model");
        if (provider.isEmpty() || model.isEmpty()) {
            throw new IllegalArgumentException("a model reference is written provider:model, like openai:gpt-4o");
        }
    }

    /** @throws IllegalArgumentException when the text has no colon or an empty part */
    public static ModelRef parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("a model reference is written provider:model, like openai:gpt-4o");
        }
        return new ModelRef(
                text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    }

    @Override
    public String toString() {
        return provider + ":" + model;
    }
}

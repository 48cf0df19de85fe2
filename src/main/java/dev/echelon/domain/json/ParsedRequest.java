package dev.echelon.domain.json;

import dev.echelon.domain.ChatRequest;
import org.jspecify.annotations.Nullable;

/**
 * A caller's request, read.
 *
 * @param metadataTarget the target its metadata names, {@code pool:NAME} or {@code group:NAME}; the words that said so
 *     are gone from the request. {@code null} when the metadata names none. A header comes before it, {@code model} after
 */
public record ParsedRequest(ChatRequest request, @Nullable String metadataTarget) {}

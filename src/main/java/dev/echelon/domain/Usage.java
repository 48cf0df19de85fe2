package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Tokens as the provider counted them.
 *
 * @param promptTokens all input tokens, those read from and written to a prompt cache included
 * @param completionTokens all output tokens
 * @param cachedTokens the part of {@code promptTokens} that came from the provider's prompt cache
 * @param extras uninterpreted fields, in the dialect of the answer
 */
public record Usage(long promptTokens, long completionTokens, long cachedTokens, Map<String, JsonNode> extras) {

    public long totalTokens() {
        return promptTokens + completionTokens;
    }
}

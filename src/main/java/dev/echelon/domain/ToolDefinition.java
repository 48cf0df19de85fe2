package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool the model may call.
 *
 * @param parameters JSON schema of the arguments, {@code null} for a tool without any
 * @param extras fields we do not interpret ({@code strict}, {@code cache_control}, ...)
 * @param opaque a definition that is no function (a provider's built-in tool), in the dialect of the request; name and
 *     the other fields are empty then
 */
public record ToolDefinition(
        String name,
        @Nullable String description,
        @Nullable JsonNode parameters,
        Map<String, JsonNode> extras,
        @Nullable JsonNode opaque) {}

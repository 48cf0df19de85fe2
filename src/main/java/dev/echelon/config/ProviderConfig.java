package dev.echelon.config;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.Secret;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * An API that serves models.
 *
 * @param name the part before the colon in model references
 * @param dialect {@code openai} or {@code anthropic}
 * @param baseUrl absolute http(s) URL; for {@code openai} an empty path has become {@code /v1}; never ends with a slash
 * @param apiKey empty when none is set: the provider's instances are disabled then
 * @param keyVariables the environment variables that the key is read from, for messages
 * @param contextWindows tokens by model name; models not named are unknown
 */
public record ProviderConfig(
        String name,
        String dialect,
        URI baseUrl,
        Secret apiKey,
        List<String> keyVariables,
        ConnectionRules connections,
        Map<String, Integer> contextWindows) {

    public boolean enabled() {
        return !apiKey.isEmpty();
    }
}

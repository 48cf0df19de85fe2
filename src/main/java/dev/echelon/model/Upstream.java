package dev.echelon.model;

import dev.echelon.domain.Secret;
import java.net.URI;
import java.time.Duration;

/**
 * Where and how an instance is reached.
 *
 * @param provider its name
 * @param baseUrl absolute, without a trailing slash; the dialect's path is appended
 * @param model as the provider names it
 * @param maxConnections to this address, over all event loops
 */
public record Upstream(
        String provider,
        Dialect dialect,
        URI baseUrl,
        Secret key,
        String model,
        Duration connectTimeout,
        int maxConnections) {

    /** The same for another model, where one upstream stands for all of a provider. */
    public Upstream forModel(String other) {
        return other.equals(model)
                ? this
                : new Upstream(provider, dialect, baseUrl, key, other, connectTimeout, maxConnections);
    }

    /** The scheme's own port where the URL names none. */
    int port() {
        return baseUrl.getPort() > 0 ? baseUrl.getPort() : tls() ? 443 : 80;
    }

    boolean tls() {
        return "https".equalsIgnoreCase(baseUrl.getScheme());
    }

    /** The host for connecting: an IPv6 address without its brackets. */
    String host() {
        String host = baseUrl.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    String path(String below) {
        String path = baseUrl.getRawPath();
        return path == null ? below : path + below;
    }
}

package dev.echelon.model;

import dev.echelon.domain.ConnectionRules;
import dev.echelon.domain.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;

/**
 * Where and how an instance is reached.
 *
 * @param provider its name
 * @param baseUrl absolute, without a trailing slash; the dialect's path is appended
 * @param model as the provider names it
 * @param connections how those to this address are kept
 */
public record Upstream(
        String provider, Dialect dialect, URI baseUrl, Secret key, String model, ConnectionRules connections) {

    /** The same for another model, where one upstream stands for all of a provider. */
    public Upstream forModel(String other) {
        return other.equals(model) ? this : new Upstream(provider, dialect, baseUrl, key, other, connections);
    }

    /** The scheme's own port where the URL names none. */
    int port() {
        return baseUrl.getPort() > 0 ? baseUrl.getPort() : tls() ? 443 : 80;
    }

    boolean tls() {
        return "https".equalsIgnoreCase(baseUrl.getScheme());
    }

    /** Whether HTTP/2 is offered, or, in the clear, spoken. */
    boolean http2() {
        return switch (connections.http2()) {
            case AUTO -> tls();
            case NEVER -> false;
            case ALWAYS -> true;
        };
    }

    /** The host for connecting: an IPv6 address without its brackets. */
    String host() {
        String host = baseUrl.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * A request to it, as yet without a body.
     *
     * @throws IllegalArgumentException when what the head says fits into no header, such as a credential with a line break
     */
    RequestOptions options(HttpMethod method, Dialect.Head head) {
        String path = baseUrl.getRawPath();
        MultiMap headers = HttpHeaders.headers();
        head.headers().forEach(header -> headers.add(header.getKey(), header.getValue()));
        return new RequestOptions()
                .setMethod(method)
                .setServer(SocketAddress.inetSocketAddress(port(), host()))
                .setHost(host())
                .setPort(port())
                .setSsl(tls())
                .setURI(path == null ? head.path() : path + head.path())
                .setHeaders(headers)
                .setFollowRedirects(false);
    }
}

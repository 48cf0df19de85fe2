package dev.echelon.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The base URL of an API in the one form that dialects expect: {@code http} or {@code https}, a host, no credentials, no
 * query, no fragment, no slash at the end. An {@code openai} API without a path is at {@code /v1}; {@code anthropic}
 * paths begin with {@code /v1} themselves, so it is cut off there.
 */
final class BaseUrl {

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|.*\\.localhost|127(\\.[0-9]{1,3}){3}|\\[(::1|0:0:0:0:0:0:0:1)\\]");
    private static final String V1 = "/v1";

    private BaseUrl() {}

    /** @throws IllegalArgumentException with what is wrong, never with the text itself */
    static URI parse(String text, String dialect) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no URL; write one like \"https://api.openai.com\"", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        require(scheme.equals("http") || scheme.equals("https"), "does not begin with http:// or https://");
        require(uri.getRawUserInfo() == null, "holds credentials; write them as api_key");
        require(uri.getHost() != null && !uri.getHost().isEmpty(), "names no valid host");
        require(uri.getPort() <= 65_535 && uri.getPort() != 0, "has no valid port");
        require(!uri.getRawAuthority().endsWith(":"), "has a colon and no port behind it; leave the colon out");
        require(uri.getRawQuery() == null && uri.getRawFragment() == null, "has a query or a fragment; leave it out");
        String path = path(uri.getRawPath() == null ? "" : uri.getRawPath(), dialect);
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return URI.create(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path);
    }

    /** Whether keys and prompts would travel in the clear over a network. */
    static boolean exposed(URI uri) {
        return "http".equals(uri.getScheme())
                && !LOOPBACK.matcher(uri.getHost()).matches();
    }

    private static String path(String raw, String dialect) {
        String path = raw;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if (dialect.equals("openai") && path.isEmpty()) {
            return V1;
        }
        return dialect.equals("anthropic") && path.endsWith(V1) ? path.substring(0, path.length() - V1.length()) : path;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

package dev.echelon.domain;

import java.time.Duration;

/**
 * How a provider's connections are kept.
 *
 * @param connectTimeout for the connection and, with TLS, its handshake
 * @param max connections to one address, over all event loops
 * @param idle after which a connection without a call is closed
 * @param lifetime after which a connection takes no more calls: so long a name's old address may still be asked
 * @param warmUp whether some are opened before they are needed
 */
public record ConnectionRules(
        Duration connectTimeout, int max, Http2 http2, Duration idle, Duration lifetime, boolean warmUp) {

    public static final ConnectionRules DEFAULT = new ConnectionRules(
            Duration.ofSeconds(2), 1024, Http2.AUTO, Duration.ofSeconds(60), Duration.ofSeconds(300), true);

    /** Whether HTTP/2 is spoken. */
    public enum Http2 {
        /** With TLS, where both sides have it. */
        AUTO,
        NEVER,
        /** In the clear too, without asking. */
        ALWAYS
    }
}

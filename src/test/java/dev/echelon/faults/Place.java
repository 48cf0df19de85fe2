package dev.echelon.faults;

import java.util.Locale;

/** Where a faulty model lives. */
enum Place {
    /** A provider that also answers others: its connections may be pooled ones. */
    UP(true),
    /** A provider that never completes an answer, so that every connection to it is a new one. */
    FRESH(true),
    /** Nobody listens. */
    REFUSED(false),
    /** Connecting neither succeeds nor fails. */
    BLACKHOLE(false),
    /** TLS with a certificate of an authority that is trusted, for this host, but no longer good. */
    EXPIRED(false),
    /** TLS with a good certificate of an authority that is trusted, for another host. */
    WRONG_HOST(false),
    /** TLS with a certificate of an authority that nobody trusts. */
    UNTRUSTED(false),
    /** TLS as it should be. */
    TLS(true),
    /** Connecting succeeds, and then nothing is said. */
    MUTE(false),
    /** The host's name does not exist. */
    UNKNOWN_NAME(false),
    /** The name server does not answer. */
    SILENT_NAME(false);

    private final boolean sees;

    Place(boolean sees) {
        this.sees = sees;
    }

    /** Whether a request that is sent there arrives. */
    boolean sees() {
        return sees;
    }

    String provider(String dialect) {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + dialect;
    }
}

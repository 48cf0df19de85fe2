package dev.echelon.component;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about cached answers, in the words of HTTP ({@code Cache-Control} of a request, RFC 9111 section 5.2.1);
 * words that are not known here are passed over, as the RFC wants it.
 *
 * @param noStore the cache has nothing to do with this request
 * @param onlyIfCached a model is not to be asked
 * @param maxAge the oldest answer that will do; zero ({@code no-cache}) for none but a new one; {@code null} for any
 */
record CacheControl(
        boolean noStore, boolean onlyIfCached, @Nullable Duration maxAge) {

    static final CacheControl NONE = new CacheControl(false, false, null);

    private static final int MOST_SECONDS = Integer.MAX_VALUE;

    static CacheControl of(@Nullable String header) {
        if (header == null) {
            return NONE;
        }
        boolean noStore = false;
        boolean onlyIfCached = false;
        Duration maxAge = null;
        for (String part : header.split(",", -1)) {
            String word = part.strip().toLowerCase(Locale.ROOT);
            int equals = word.indexOf('=');
            switch (equals < 0 ? word : word.substring(0, equals).strip()) {
                case "no-store" -> noStore = true;
                case "only-if-cached" -> onlyIfCached = true;
                case "no-cache" -> maxAge = Duration.ZERO;
                case "max-age" -> maxAge = shorter(maxAge, seconds(equals < 0 ? "" : word.substring(equals + 1)));
                default -> {
                    // of no meaning for us
                }
            }
        }
        return new CacheControl(noStore, onlyIfCached, maxAge);
    }

    private static Duration shorter(@Nullable Duration known, Duration other) {
        return known == null || known.compareTo(other) > 0 ? other : known;
    }

    /** What is no number of seconds counts as none: better asked once too often. */
    private static Duration seconds(String text) {
        String digits = text.strip();
        if (digits.length() > 1 && digits.startsWith("\"") && digits.endsWith("\"")) {
            digits = digits.substring(1, digits.length() - 1);
        }
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(digits.length() > 9 ? MOST_SECONDS : Integer.parseInt(digits));
    }
}

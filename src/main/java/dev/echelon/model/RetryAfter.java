package dev.echelon.model;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long a provider wants to be left alone, out of its headers: {@code retry-after-ms} and {@code x-ms-retry-after-ms}
 * in milliseconds, {@code retry-after} in seconds or as an HTTP date. What makes no sense (negative, zero, past, no
 * number) is as if it were not there; what is absurdly long is cut to {@link #MOST}.
 */
public final class RetryAfter {

    public static final Duration MOST = Duration.ofMinutes(5);

    private static final double MILLIS = 1;
    private static final double SECONDS = 1000;
    private static final int LONGEST = 64;

    private RetryAfter() {}

    /**
     * @param header looks a header up by lower-case name
     * @param clock the wall clock, for dates
     * @return between a millisecond and {@link #MOST}, or {@code null}
     */
    @Nullable
    public static Duration parse(Function<String, @Nullable String> header, Clock clock) {
        Duration wait = number(header.apply("retry-after-ms"), MILLIS);
        if (wait == null) {
            wait = number(header.apply("x-ms-retry-after-ms"), MILLIS);
        }
        if (wait == null) {
            String value = header.apply("retry-after");
            wait = number(value, SECONDS);
            wait = wait == null ? date(value, clock) : wait;
        }
        return wait;
    }

    @Nullable
    private static Duration number(@Nullable String value, double millisPerUnit) {
        String text = value == null ? "" : value.strip();
        if (!isDecimal(text)) {
            return null;
        }
        return bounded(Double.parseDouble(text) * millisPerUnit);
    }

    /** Digits with at most one point among or after them: no sign, exponent or hexadecimal reaches the parser. */
    private static boolean isDecimal(String text) {
        boolean point = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && i > 0 && !point) {
                point = true;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= LONGEST;
    }

    @Nullable
    private static Duration date(@Nullable String value, Clock clock) {
        String text = value == null ? "" : value.strip();
        if (text.isEmpty() || text.length() > LONGEST) {
            return null;
        }
        try {
            Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            return bounded((double) then.toEpochMilli() - clock.millis());
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    @Nullable
    private static Duration bounded(double millis) {
        return millis < 1 ? null : Duration.ofMillis((long) Math.min(millis, (double) MOST.toMillis()));
    }
}

package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    @Nullable
    private static Duration parse(Map<String, String> headers) {
        return RetryAfter.parse(headers::get, CLOCK);
    }

    @Nullable
    private static Duration parse(String value) {
        return parse(Map.of("retry-after", value));
    }

    @ParameterizedTest
    @CsvSource({"2,2000", "0.5,500", " 7 ,7000", "1.,1000", "300,300000", "99999,300000", "1e,", "007,7000"})
    void reads_seconds(String value, @Nullable Long millis) {
        assertThat(parse(value)).isEqualTo(millis == null ? null : Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-5",
                "+5",
                "0",
                "0.0",
                "0.0001",
                ".5",
                "1..2",
                "1e3",
                "0x10",
                "NaN",
                "Infinity",
                "soon",
                "1d",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Fri, 02 Jan 2026 03:04:05 GMT",
                "Fri, 99 Jan 2026 03:04:05 GMT",
                "٣",
                "2026-01-02T03:05:05Z"
            })
    void ignores_what_makes_no_sense(String value) {
        assertThat(parse(value)).isNull();
    }

    @Test
    void reads_a_date() {
        assertThat(parse("Fri, 02 Jan 2026 03:04:35 GMT")).isEqualTo(Duration.ofSeconds(30));
        assertThat(parse("Fri, 02 Jan 2099 03:04:35 GMT")).isEqualTo(RetryAfter.MOST);
    }

    @Test
    void milliseconds_come_first() {
        assertThat(parse(Map.of("retry-after-ms", "250", "retry-after", "2"))).isEqualTo(Duration.ofMillis(250));
        assertThat(parse(Map.of("x-ms-retry-after-ms", "350", "retry-after", "2")))
                .isEqualTo(Duration.ofMillis(350));
        assertThat(parse(Map.of("retry-after-ms", "garbage", "retry-after", "2")))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void no_header_is_no_wait() {
        assertThat(parse(Map.of())).isNull();
    }

    @Test
    void endless_digits_are_ignored() {
        assertThat(parse("9".repeat(100_000))).isNull();
    }

    @Property
    void whatever_stands_there_the_wait_is_bounded(@ForAll String value) {
        Duration wait = parse(value);

        assertThat(wait == null || (wait.toMillis() >= 1 && wait.compareTo(RetryAfter.MOST) <= 0))
                .isTrue();
    }
}

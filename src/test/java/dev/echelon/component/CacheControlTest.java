package dev.echelon.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller says about cached answers. */
class CacheControlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-store | true | false | ",
                "No-Store , no-transform | true | false | ",
                "no-cache | false | false | 0",
                "max-age=60 | false | false | 60",
                "max-age = \"60\" | false | false | 60",
                "max-age=60, max-age=5 | false | false | 5",
                "max-age=5, no-cache | false | false | 0",
                "max-age=99999999999999999999 | false | false | 2147483647",
                "max-age | false | false | 0",
                "max-age=soon | false | false | 0",
                "max-age=-1 | false | false | 0",
                "only-if-cached, max-age=9 | false | true | 9",
                "max-stale=3, min-fresh=2, x, ,= | false | false | ",
            })
    void wordsOfHttpAreUnderstoodAndOthersPassedOver(
            String header, boolean noStore, boolean onlyIfCached, @Nullable Long maxAge) {
        assertThat(CacheControl.of(header))
                .isEqualTo(new CacheControl(noStore, onlyIfCached, maxAge == null ? null : Duration.ofSeconds(maxAge)));
    }

    @Test
    void whoSaysNothingTakesAnything() {
        assertThat(CacheControl.of(null)).isEqualTo(CacheControl.NONE);
    }
}

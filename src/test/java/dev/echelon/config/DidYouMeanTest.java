package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {

    @ParameterizedTest
    @CsvSource({"same, same, 0", "abc, acb, 1", "abc, ab, 1", "'', abc, 3", "kitten, sitting, 3", "a, b, 1"})
    void countsEdits(String from, String to, int edits) {
        assertThat(DidYouMean.distance(from, to)).isEqualTo(edits);
    }

    @Test
    void namesTheNearestWordThatIsNearEnough() {
        List<String> known = List.of("interval", "failure_threshold", "x");

        assertThat(DidYouMean.nearest("intervall", known)).contains("interval");
        assertThat(DidYouMean.nearest("Interval", known)).contains("interval");
        assertThat(DidYouMean.nearest("y", known)).isEmpty();
        assertThat(DidYouMean.nearest("colour", known)).isEmpty();
        assertThat(DidYouMean.nearest("i".repeat(101), known)).isEmpty();
    }
}

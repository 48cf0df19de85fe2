package dev.echelon.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who has series of his own, where there are more than may have. */
class SeriesTest {

    private final Series series = new Series();

    @Test
    void thoseWhoComeFirstHaveTheirOwnAndKeepThem() {
        numbers(Series.MOST).forEach(name -> assertThat(series.take(name)).isTrue());

        assertThat(series.take("late")).isFalse();
        assertThat(series.take("0")).isTrue();
        assertThat(series.take("late")).isFalse();
    }

    @Test
    void whoIsNoLongerThereMakesRoom() {
        Set<String> all = numbers(Series.MOST);
        all.forEach(series::take);

        series.keep(Set.of("0", "1", "late", "later"));

        assertThat(series.take("late")).isTrue();
        numbers(Series.MOST).forEach(series::take);
        assertThat(series.take("0")).isTrue();
        assertThat(series.take("later")).isFalse();
    }

    @Test
    void fewAreUpToTheMostThatMayHaveTheirOwn() {
        assertThat(Series.areFew(numbers(Series.MOST))).isTrue();
        assertThat(Series.areFew(numbers(Series.MOST + 1))).isFalse();
    }

    private static Set<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.toSet());
    }
}

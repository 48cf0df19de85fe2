package dev.echelon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The shortest form of {@code bench/run}: it needs the packaged jar, hence comes after the tests. */
class CpuPerRequestIT {

    @Test
    void aRequestCostsNoMoreCpuThanRawVertxAllows() throws Exception {
        Comparison seen = Comparison.run(Comparison.HALF_A_MINUTE, System.out::println);
        System.out.println(seen);

        assertThat(seen.ratio()).as(seen.toString()).isLessThanOrEqualTo(Comparison.HALF_A_MINUTE.most());
    }
}

package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorOptionsTest {

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aFailureRateIsAShare(double rate) {
        assertThatThrownBy(() -> new SimulatorOptions(Duration.ZERO, Duration.ZERO, rate, 1))
                .hasMessageContaining("failureRate");
    }

    @Test
    void timesAreNotNegative() {
        assertThatThrownBy(() -> new SimulatorOptions(Duration.ofMillis(-1), Duration.ZERO, 0, 1))
                .hasMessageContaining("latency");
        assertThatThrownBy(() -> new SimulatorOptions(Duration.ZERO, Duration.ofMillis(-1), 0, 1))
                .hasMessageContaining("tokenInterval");
    }
}

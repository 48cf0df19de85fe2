package dev.echelon.ingress.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void refusalsThatComeTogetherHalveItOnce() {
        Window window = new Window(64);

        for (int i = 0; i < 50; i++) {
            window.refused(i);
        }
        assertThat(window.size()).isEqualTo(32);

        window.refused(SECOND);
        assertThat(window.size()).isEqualTo(16);
    }

    @Test
    void oneIsAlwaysSentAndAnswersOpenItAgainUpToItsBound() {
        Window window = new Window(8);
        for (int i = 0; i < 10; i++) {
            window.refused(i * SECOND);
        }
        assertThat(window.size()).isEqualTo(1);

        int answers = 0;
        while (window.size() < 8) {
            window.answered();
            answers++;
        }
        assertThat(answers).isBetween(20, 40);
        for (int i = 0; i < 100; i++) {
            window.answered();
        }
        assertThat(window.size()).isEqualTo(8);
    }
}

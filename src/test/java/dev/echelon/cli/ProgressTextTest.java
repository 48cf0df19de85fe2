package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.ingress.files.BatchProgress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTextTest {

    private static final BatchProgress HALF = new BatchProgress(400, 590, 10, 0, 64, false, null);

    @Test
    void theBarShowsShareRateTimeLeftAndFailures() {
        assertThat(new ProgressText(2000).bar(HALF, Duration.ofSeconds(10)))
                .isEqualTo("[###############...............] 1000/2000 50 %, 60.0/s, 0:17 left, 10 failed");
    }

    @Test
    void whyItWaitsIsTold() {
        BatchProgress waiting = new BatchProgress(0, 0, 0, 0, 64, false, "upstream_auth");

        assertThat(new ProgressText(100).line(waiting, Duration.ofSeconds(10)))
                .isEqualTo("0/100 0 %, 0.0/s, -:-- left, 0 failed, waiting: upstream_auth");
    }

    @Test
    void whatAnEarlierRunDidDoesNotCountForTheRate() {
        BatchProgress nothingYet = new BatchProgress(400, 0, 0, 0, 64, false, null);

        assertThat(new ProgressText(2000).line(nothingYet, Duration.ofSeconds(10)))
                .isEqualTo("400/2000 20 %, 0.0/s, -:-- left, 0 failed");
    }

    @Test
    void aFileWithoutPromptsIsDone() {
        BatchProgress nothing = new BatchProgress(0, 0, 0, 0, 0, true, null);

        assertThat(new ProgressText(0).bar(nothing, Duration.ZERO))
                .isEqualTo("[##############################] 0/0 100 %, 0.0/s, -:-- left, 0 failed");
    }

    @Test
    void theSummarySaysWhatBecameOfAll() {
        BatchProgress end = new BatchProgress(400, 1590, 7, 3, 0, true, null);

        assertThat(new ProgressText(2000).summary(end, Duration.ofSeconds(4000)))
                .isEqualTo("2000 of 2000 prompts done: 1990 answered (400 by an earlier run), 7 failed, 3 left out,"
                        + " their custom_id had come before; 1:06:40, 0.4/s");
    }
}

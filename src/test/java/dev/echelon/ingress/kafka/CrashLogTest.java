package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a process that dies. Closing the file without ending what has begun is such a death. */
class CrashLogTest {

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void file() {
        file = folder.resolve("state/log");
    }

    @Test
    void whatWasUnderWayIsCountedAndNothingElse() {
        for (int death = 0; death < 3; death++) {
            try (CrashLog log = CrashLog.open(file)) {
                assertThat(log.blame("guilty topic-0-1")).isEqualTo(2 * death);
                log.begin("guilty topic-0-1");
                log.begin("t-0-2");
                log.end("t-0-2");
                log.begin("t-0-3");
                log.rest("t-0-3");
                log.resume("t-0-3");
            }
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("guilty topic-0-1")).isEqualTo(6);
            assertThat(log.blame("t-0-2")).isZero();
            assertThat(log.blame("t-0-3")).isZero();
            log.end("guilty topic-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("guilty topic-0-1")).isZero();
        }
    }

    @Test
    void whatRestsKeepsItsCount() {
        try (CrashLog log = CrashLog.open(file)) {
            log.begin("t-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            log.begin("t-0-1");
            log.rest("t-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("t-0-1")).isEqualTo(2);
        }
    }

    @Test
    void whatOnlyWaitsForItsModelIsBlamedLess() {
        try (CrashLog log = CrashLog.open(file)) {
            List.of("worked on", "waiting", "answered").forEach(log::begin);
            log.waits("waiting");
            log.waits("answered");
            log.resume("answered");
            log.waits("answered");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("worked on")).isEqualTo(2);
            assertThat(log.blame("waiting")).isOne();
            assertThat(log.blame("answered")).isEqualTo(2);
        }
    }

    @Test
    void whoIsAloneWhenTheProcessDiesAcquitsTheOthers() {
        for (int death = 0; death < 2; death++) {
            try (CrashLog log = CrashLog.open(file)) {
                log.begin("guilty");
                log.begin("innocent");
            }
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("innocent")).isEqualTo(4);
            log.begin("guilty");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("guilty")).isEqualTo(6);
            assertThat(log.blame("innocent")).isOne();
        }
    }

    @Test
    void whatIsUnderWayWhenTheProcessStopsOfItsOwnWillIsNotCounted() {
        try (CrashLog log = CrashLog.open(file)) {
            log.begin("t-0-1");
            log.restAll();
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("t-0-1")).isZero();
        }
    }

    @Test
    void theFileStaysSmall() throws Exception {
        try (CrashLog log = CrashLog.open(file)) {
            log.begin("t-0-0");
            for (int i = 1; i < 200_000; i++) {
                log.begin("a-topic-with-a-name-" + i);
                log.end("a-topic-with-a-name-" + i);
            }
            assertThat(Files.size(file)).isLessThan(5L * 1024 * 1024);
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("t-0-0")).isEqualTo(2);
        }
    }

    @Test
    void aDamagedFileAndASecondProcessDoNoHarm() throws Exception {
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(file, "+\n\n! x y\n+ 99999999999 t\nnonsense\n+ 1 t-0-1\n+ 0 t-0-");
        try (CrashLog log = CrashLog.open(file);
                CrashLog second = CrashLog.open(file)) {
            assertThat(log.blame("t-0-1")).isEqualTo(3);
            second.begin("t-0-9");
            assertThat(second.blame("t-0-1")).isZero();
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.blame("t-0-9")).isZero();
        }
    }
}

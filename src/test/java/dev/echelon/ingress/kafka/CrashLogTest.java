package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
                assertThat(log.deaths("guilty topic-0-1")).isEqualTo(death);
                log.begin("guilty topic-0-1");
                log.begin("t-0-2");
                log.end("t-0-2");
                log.begin("t-0-3");
                log.rest("t-0-3");
            }
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("guilty topic-0-1")).isEqualTo(CrashLog.GUILTY);
            assertThat(log.deaths("t-0-2")).isZero();
            assertThat(log.deaths("t-0-3")).isZero();
            log.end("guilty topic-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("guilty topic-0-1")).isZero();
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
            assertThat(log.deaths("t-0-1")).isOne();
            log.begin("t-0-1");
            log.rest("t-0-1");
            log.begin("t-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("t-0-1")).isEqualTo(CrashLog.SUSPECT);
        }
    }

    @Test
    void whoIsToBlameClearsThoseThatWereWithIt() {
        for (int death = 0; death < 2; death++) {
            try (CrashLog log = CrashLog.open(file)) {
                log.begin("guilty");
                log.begin("innocent");
            }
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("innocent")).isEqualTo(CrashLog.SUSPECT);
            log.begin("guilty");
            log.begin("new");
        }
        for (int start = 0; start < 2; start++) {
            try (CrashLog log = CrashLog.open(file)) {
                assertThat(log.deaths("guilty")).isEqualTo(CrashLog.GUILTY);
                assertThat(log.deaths("innocent")).isOne();
                assertThat(log.deaths("new")).isOne();
            }
        }
    }

    @Test
    void aFileThatCountsInAnotherWayIsNotUsed() throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "+ 4 t-0-1\n~ 2 t-0-2\n* 4 t-0-3\n! 5 t-0-4\n");
        try (CrashLog log = CrashLog.open(file)) {
            for (int i = 1; i <= 4; i++) {
                assertThat(log.deaths("t-0-" + i)).isZero();
            }
            log.begin("t-0-1");
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("t-0-1")).isOne();
        }
    }

    @Test
    void whatIsUnderWayWhenTheProcessStopsOfItsOwnWillIsNotCounted() {
        try (CrashLog log = CrashLog.open(file)) {
            log.begin("t-0-1");
            log.restAll();
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("t-0-1")).isZero();
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
            assertThat(log.deaths("t-0-0")).isOne();
        }
    }

    @Test
    void aDamagedFileAndASecondProcessDoNoHarm() throws Exception {
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(file, "deaths-1\n+\n\n! x y\n+ 99999999999 t\nnonsense\n+ 1 t-0-1\n+ 0 t-0-");
        try (CrashLog log = CrashLog.open(file);
                CrashLog second = CrashLog.open(file)) {
            assertThat(log.deaths("t-0-1")).isEqualTo(2);
            second.begin("t-0-9");
            assertThat(second.deaths("t-0-1")).isZero();
        }
        try (CrashLog log = CrashLog.open(file)) {
            assertThat(log.deaths("t-0-9")).isZero();
        }
    }
}

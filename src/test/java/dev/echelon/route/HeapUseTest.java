package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** That the JVM's collections are heard of; what becomes of it is tested with figures that a test makes up. */
class HeapUseTest {

    private static final int MEGABYTE = 1024 * 1024;
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final List<byte[]> kept = new ArrayList<>();
    private final List<Double> told = new CopyOnWriteArrayList<>();

    @Test
    void whatACollectionLeavesIsTold() {
        try (HeapUse.Watch watch = HeapUse.OF_THE_JVM.watch(told::add)) {
            System.gc();
            await().atMost(PATIENT).until(() -> !told.isEmpty());
            double before = told.get(told.size() - 1);
            for (int i = 0; i < 100; i++) {
                kept.add(new byte[MEGABYTE]);
            }
            System.gc();
            await().atMost(PATIENT).until(() -> told.get(told.size() - 1) > before);
            assertThat(told).allMatch(use -> use >= 0 && use < 1);
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void whoHasClosedHearsNothing() {
        List<Double> toldTheOther = new CopyOnWriteArrayList<>();
        HeapUse.OF_THE_JVM.watch(told::add).close();
        try (HeapUse.Watch other = HeapUse.OF_THE_JVM.watch(toldTheOther::add)) {
            System.gc();
            await().atMost(PATIENT).until(() -> !toldTheOther.isEmpty());
            assertThat(told).isEmpty();
            assertThat(other).isNotNull();
        }
    }
}

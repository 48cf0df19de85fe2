package dev.echelon.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The README's table and the class say the same. */
class MetricNamesTest {

    @ParameterizedTest
    @EnumSource
    void everyMetricIsInTheReadmesTableWithItsTypeLabelsAndMeaning(MetricNames name) throws Exception {
        String type = name.type().word()
                + (name.type().unit() == null ? "" : ", " + name.type().unit());
        String labels =
                name.labels().stream().map(label -> "`" + label.key() + "`").collect(Collectors.joining(", "));

        assertThat(Files.readString(Path.of("README.md")))
                .contains("| `%s` | %s | %s | %s |".formatted(name.metric(), type, labels, name.description()));
    }

    @ParameterizedTest
    @EnumSource
    void aNameIsLowerCaseWithDotsAndOursOrOpenTelemetrys(MetricNames name) {
        assertThat(name.metric()).matches("(echelon|gen_ai)(\\.[a-z_]+)+");
        assertThat(name.description()).doesNotEndWith(".").doesNotContain("|");
    }

    @Test
    void whatOthersCountIsStillReadAfterACollection() {
        MeterRegistry registry = new SimpleMeterRegistry();
        LongAdder opened = new LongAdder();
        MetricNames.CONNECTIONS_OPENED.counted(registry, opened::sum, "up");
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return garbage.get() == null;
        });

        opened.add(3);

        assertThat(registry.get("echelon.connections.opened").functionCounter().count())
                .isEqualTo(3);
    }

    @Test
    void noTwoHaveTheSameName() {
        assertThat(Arrays.stream(MetricNames.values()).map(MetricNames::metric)).doesNotHaveDuplicates();
    }
}

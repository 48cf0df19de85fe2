package dev.echelon.ops;

import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.HeapGate;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Step;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The words that metrics, health and logs use for our enums, each made once. */
final class Words {

    private static final Map<FailureKind, String> KINDS = of(FailureKind.class);
    private static final Map<Step.Entry, String> ENTRIES = of(Step.Entry.class);
    private static final Map<Obstacle, String> OBSTACLES = of(Obstacle.class);
    private static final Map<HeapGate.Stage, String> SHED = of(HeapGate.Stage.class);
    private static final String READY = "ready";

    private Words() {}

    /** {@code ok}, or the kind's word. */
    static String outcome(@Nullable FailureKind kind) {
        return kind == null ? DecisionTrace.OK : known(KINDS.get(kind));
    }

    /** {@code none} for an attempt that was not sent. */
    static String entry(Step.@Nullable Entry entry) {
        return entry == null ? MetricNames.NONE : known(ENTRIES.get(entry));
    }

    /** {@code ready} where there is no obstacle. */
    static String state(Obstacle obstacle) {
        return obstacle == Obstacle.NONE ? READY : known(OBSTACLES.get(obstacle));
    }

    static String shed(HeapGate.Stage stage) {
        return known(SHED.get(stage));
    }

    private static String known(@Nullable String word) {
        return Objects.requireNonNull(word, "every value has its word");
    }

    private static <E extends Enum<E>> Map<E, String> of(Class<E> type) {
        Map<E, String> words = new EnumMap<>(type);
        for (E value : type.getEnumConstants()) {
            words.put(value, value.name().toLowerCase(Locale.ROOT));
        }
        return words;
    }
}

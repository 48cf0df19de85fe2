package dev.echelon.ops;

import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.PromptListener;
import dev.echelon.domain.PromptLoad;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The meters of prompts from topics. Thread-safe. */
final class PromptMeters implements PromptListener {

    private static final String ANSWERED = "answered";
    private static final String DEAD_LETTER = "dead_letter";

    private final MeterRegistry registry;
    private final MeterCache<String, MeterCache<String, Counter>> done;

    PromptMeters(MeterRegistry registry) {
        this.registry = registry;
        this.done = new MeterCache<>(topic -> new MeterCache<>(outcome -> MetricNames.PROMPTS.counter(
                registry,
                topic,
                outcome.equals(DecisionTrace.OK) ? ANSWERED : DEAD_LETTER,
                TargetMeters.errorOf(outcome))));
    }

    @Override
    public void reads(String topic, Supplier<PromptLoad> load) {
        MetricNames.PROMPTS_IN_FLIGHT.gauge(registry, () -> load.get().inFlight(), topic);
        MetricNames.PROMPTS_WAITING.gauge(registry, () -> load.get().waiting(), topic);
        MetricNames.PROMPTS_OLDEST.gauge(registry, () -> load.get().oldestNanos() / 1e9, topic);
        MetricNames.PARTITIONS.gauge(registry, () -> load.get().partitions(), topic);
        MetricNames.PARTITIONS_PAUSED.gauge(registry, () -> load.get().paused(), topic);
        // from 0 on: the first answer is a rise too
        done.get(topic).get(DecisionTrace.OK);
    }

    @Override
    public void done(String topic, @Nullable FailureKind failure) {
        done.get(topic).get(Words.outcome(failure)).increment();
    }
}

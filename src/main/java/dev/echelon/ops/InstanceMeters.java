package dev.echelon.ops;

import static dev.echelon.ops.TargetMeters.OPERATION;
import static dev.echelon.ops.TargetMeters.errorOf;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.RequestListener.Attempted;
import dev.echelon.domain.RequestListener.Ended;
import dev.echelon.domain.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** The meters of one instance. Thread-safe. */
final class InstanceMeters {

    private static final String ANY_MODEL = "*";

    private final MeterCache<String, MeterCache<String, Counter>> attempts;
    private final MeterCache<String, Timer> durations;
    private final MeterCache<String, DistributionSummary> tokens;
    private final MeterCache<String, Counter> interruptions;

    private InstanceMeters(MeterRegistry registry, String instance, String provider, String model) {
        this.attempts = new MeterCache<>(
                entry -> new MeterCache<>(outcome -> MetricNames.ATTEMPTS.counter(registry, instance, entry, outcome)));
        this.durations = new MeterCache<>(outcome ->
                MetricNames.ATTEMPT_DURATION.timer(registry, OPERATION, provider, model, instance, errorOf(outcome)));
        this.tokens = new MeterCache<>(
                type -> MetricNames.TOKENS.summary(registry, OPERATION, provider, model, instance, type));
        this.interruptions =
                new MeterCache<>(outcome -> MetricNames.STREAM_INTERRUPTIONS.counter(registry, instance, outcome));
    }

    /** @param id {@code fast_group.echelon1/openai:gpt-4o}: what it names is configured, whatever model a caller wrote */
    static InstanceMeters of(MeterRegistry registry, String id) {
        ModelRef model = ModelRef.parse(id.substring(id.indexOf('/') + 1));
        return new InstanceMeters(
                registry, id, model.provider(), model.model().equals(ANY_MODEL) ? MetricNames.OTHER : model.model());
    }

    static InstanceMeters ofOther(MeterRegistry registry) {
        return new InstanceMeters(registry, MetricNames.OTHER, MetricNames.OTHER, MetricNames.OTHER);
    }

    void attempted(Attempted attempt) {
        String outcome = Words.outcome(attempt.failure());
        attempts.get(Words.entry(attempt.entry())).get(outcome).increment();
        if (attempt.entry() != null) {
            durations.get(outcome).record(attempt.took());
        }
    }

    /** A request is over that this instance answered, or was the last to be asked in. */
    void ended(Ended request) {
        ModelFailure failure = request.failure();
        Usage usage = request.usage();
        if (failure == null && usage != null) {
            tokens.get("input").record((double) usage.promptTokens());
            tokens.get("output").record((double) usage.completionTokens());
        }
        if (failure != null && request.interrupted() && failure.kind() != FailureKind.CANCELLED) {
            interruptions.get(Words.outcome(failure.kind())).increment();
        }
    }
}

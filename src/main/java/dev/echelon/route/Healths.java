package dev.echelon.route;

import dev.echelon.domain.Cell;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Health;
import dev.echelon.domain.Health.State;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.ModelKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The health of the models that are probed, by model, address and credential. All others are healthy. Thread-safe. */
final class Healths {

    private static final Logger LOG = LoggerFactory.getLogger(Healths.class);

    private volatile Map<ModelKey, Probed> models = Map.of();

    private record Probed(HealthRules rules, Cell<Health> health) {}

    /** From now on these are probed and no others; those that were before keep their health. */
    void keep(Map<ModelKey, HealthRules> rules) {
        Map<ModelKey, Probed> next = new HashMap<>();
        rules.forEach((key, its) -> {
            Probed before = models.get(key);
            next.put(key, new Probed(its, before == null ? new Cell<>(Health.FRESH) : before.health()));
        });
        models = Map.copyOf(next);
    }

    Health of(ModelKey key, long now) {
        Probed model = models.get(key);
        return model == null ? Health.FRESH : model.rules().at(model.health().get(), now);
    }

    /** Whether its health allows prompts, and how many. */
    Condition condition(ModelKey key, long now) {
        Probed model = models.get(key);
        if (model == null) {
            return Condition.READY;
        }
        Health health = model.health().get();
        return switch (health.state()) {
            case HEALTHY -> Condition.READY;
            case UNHEALTHY ->
                Condition.blocked(Obstacle.UNHEALTHY, model.rules().waitNanos(health, now));
            case RECOVERING -> new Condition(Obstacle.NONE, 0, model.rules().share(health, now));
        };
    }

    /** @param failure {@code null} after a good probe */
    void probed(ModelKey key, @Nullable FailureKind failure, long now) {
        Probed model = models.get(key);
        if (model != null) {
            Change change = change(model.health(), it -> model.rules().onProbe(it, failure == null, now));
            if (failure != null && change.to(State.UNHEALTHY)) {
                LOG.warn(
                        "{} is unhealthy; failed probes in a row: {}, the last one with {}",
                        key.model(),
                        change.after().failures(),
                        failure.word());
            }
            tellRecovery(key, change);
        }
    }

    /** A forced probe, which is a real request, was answered. */
    void answeredForced(ModelKey key, long now) {
        Probed model = models.get(key);
        if (model != null) {
            tellRecovery(key, change(model.health(), it -> model.rules().onForcedAnswer(it, now)));
        }
    }

    private static void tellRecovery(ModelKey key, Change change) {
        if (change.to(State.RECOVERING)) {
            LOG.info("{} is healthy again; its share of the traffic grows from now on", key.model());
        }
    }

    private static Change change(Cell<Health> cell, UnaryOperator<Health> rule) {
        while (true) {
            Health before = cell.get();
            Health after = rule.apply(before);
            if (cell.swap(before, after)) {
                return new Change(before, after);
            }
        }
    }

    private record Change(Health before, Health after) {

        boolean to(State state) {
            return after.state() == state && before.state() != state;
        }
    }
}

package dev.echelon.ops;

import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.Generation;
import dev.echelon.route.Target;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Counts and times requests and attempts. A meter is made when its target, instance or outcome first occurs and found by
 * a map after that; whatever the generation does not name is counted under {@code other}. Thread-safe.
 */
final class RequestMetrics implements RequestListener {

    private final MeterRegistry registry;
    private final Supplier<Generation> generation;
    private final Map<String, TargetMeters> targets = new ConcurrentHashMap<>();
    private final Map<String, InstanceMeters> instances = new ConcurrentHashMap<>();
    private final TargetMeters otherTarget;
    private final InstanceMeters otherInstance;

    RequestMetrics(MeterRegistry registry, Supplier<Generation> generation) {
        this.registry = registry;
        this.generation = generation;
        this.otherTarget = TargetMeters.ofOther(registry);
        this.otherInstance = InstanceMeters.ofOther(registry);
    }

    @Override
    public void attempted(Attempted attempt) {
        instance(attempt.instance().id()).attempted(attempt);
    }

    @Override
    public void ended(Ended request) {
        RouteInfo route = request.route();
        (route == null ? otherTarget : target(route.target())).ended(request);
        if (route != null && !route.isSecondHand() && !route.instance().isEmpty()) {
            instance(route.instance()).ended(request);
        }
    }

    /** The next event of each target and instance finds its meters anew; those that vanished are {@code other} then. */
    void forget() {
        targets.clear();
        instances.clear();
    }

    private TargetMeters target(String name) {
        TargetMeters known = targets.get(name);
        if (known != null) {
            return known;
        }
        Generation current = generation.get();
        Target target = current.targetNames().contains(name) ? current.target(name) : null;
        return target == null ? otherTarget : targets.computeIfAbsent(name, it -> TargetMeters.of(registry, target));
    }

    private InstanceMeters instance(String id) {
        InstanceMeters known = instances.get(id);
        if (known != null) {
            return known;
        }
        return generation.get().instanceIds().contains(id)
                ? instances.computeIfAbsent(id, it -> InstanceMeters.of(registry, it))
                : otherInstance;
    }
}

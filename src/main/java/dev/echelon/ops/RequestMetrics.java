package dev.echelon.ops;

import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.Generation;
import dev.echelon.route.Target;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Counts and times requests and attempts. A meter is made when its target, instance or outcome first occurs and found by
 * a map after that; whatever the generation does not name, or has no {@link Series} of its own, is counted under
 * {@code other}. Thread-safe.
 */
final class RequestMetrics implements RequestListener {

    private final MeterRegistry registry;
    private final Supplier<Generation> generation;
    private final Consumer<String> onInstance;
    private final Series seriesOfTargets = new Series();
    private final Series seriesOfInstances = new Series();
    private final Map<String, TargetMeters> targets = new ConcurrentHashMap<>();
    private final Map<String, InstanceMeters> instances = new ConcurrentHashMap<>();
    private final TargetMeters otherTarget;
    private final InstanceMeters otherInstance;

    /** @param onInstance hears the id of an instance when it gets series of its own */
    RequestMetrics(MeterRegistry registry, Supplier<Generation> generation, Consumer<String> onInstance) {
        this.registry = registry;
        this.generation = generation;
        this.onInstance = onInstance;
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

    /**
     * The generation is another: its instances, where they are few, have their series from now on. The next event of each
     * target and instance finds its meters anew; those that vanished are {@code other} then.
     */
    void generationChanged() {
        Generation current = generation.get();
        seriesOfTargets.keep(current.targetNames());
        seriesOfInstances.keep(current.instanceIds());
        targets.clear();
        instances.clear();
        if (Series.areFew(current.instanceIds())) {
            current.instanceIds().forEach(this::instance);
        }
    }

    private TargetMeters target(String name) {
        TargetMeters known = targets.get(name);
        if (known != null) {
            return known;
        }
        Generation current = generation.get();
        Target target = current.targetNames().contains(name) ? current.target(name) : null;
        return target == null
                ? otherTarget
                : targets.computeIfAbsent(
                        name, it -> seriesOfTargets.take(it) ? TargetMeters.of(registry, target) : otherTarget);
    }

    private InstanceMeters instance(String id) {
        InstanceMeters known = instances.get(id);
        if (known != null) {
            return known;
        }
        return generation.get().instanceIds().contains(id)
                ? instances.computeIfAbsent(id, this::newInstance)
                : otherInstance;
    }

    private InstanceMeters newInstance(String id) {
        if (!seriesOfInstances.take(id)) {
            return otherInstance;
        }
        onInstance.accept(id);
        return InstanceMeters.of(registry, id);
    }
}

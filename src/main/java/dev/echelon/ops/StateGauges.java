package dev.echelon.ops;

import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.RetryBudget;
import dev.echelon.route.EchelonStatus;
import dev.echelon.route.Gateway;
import dev.echelon.route.Generation;
import dev.echelon.route.InstanceStatus;
import dev.echelon.route.PoolStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Gauges of what is going on: read from {@link Snapshots} when they are looked at, never written by requests. */
final class StateGauges {

    private static final List<String> BREAKER_STATES = List.of("closed", "open", "half_open");

    private final MeterRegistry registry;
    private final Gateway gateway;
    private final Snapshots snapshots;

    /** Those of this generation that have their gauges; a registry warns of a second one. */
    private final Set<String> echelons = ConcurrentHashMap.newKeySet();

    StateGauges(MeterRegistry registry, Gateway gateway, Snapshots snapshots) {
        this.registry = registry;
        this.gateway = gateway;
        this.snapshots = snapshots;
    }

    /** Those that there is one of. */
    void bindProcess() {
        MetricNames.REQUESTS_IN_FLIGHT.gauge(registry, gateway::inFlight);
        MetricNames.REQUESTS_LIMIT.gauge(
                registry,
                () -> Math.min(
                        gateway.heap().ceiling(),
                        gateway.generation().configuration().defaults().maxInFlight()));
        MetricNames.GENERATION.gauge(registry, () -> gateway.generation().id());
        for (Obstacle obstacle : Obstacle.values()) {
            MetricNames.INSTANCES.gauge(registry, () -> snapshots.now().instances(obstacle), Words.state(obstacle));
        }
    }

    /** Those of pools and providers that the generation names; what is there already stays as it is. */
    void bind(Generation generation) {
        echelons.clear();
        gateway.pools().stream()
                .map(PoolStatus::pool)
                .filter(generation.configuration().pools()::containsKey)
                .forEach(pool -> MetricNames.POOL_LEFT.gauge(registry, () -> left(pool), pool));
        generation.providers().forEach(this::connections);
    }

    /** Those of an instance and of its echelon; what is there already stays as it is. */
    void bindInstance(String id) {
        InstanceStatus status = gateway.states().instance(id);
        if (status != null) {
            instance(id);
            echelon(status.instance().echelon());
        }
    }

    private void connections(String provider) {
        MetricNames.CONNECTIONS_OPEN.gauge(
                registry, () -> connectionsOf(provider).open(), provider);
        MetricNames.CONNECTIONS_ACTIVE.gauge(
                registry, () -> connectionsOf(provider).active(), provider);
        MetricNames.CONNECTIONS_IDLE.gauge(
                registry, () -> connectionsOf(provider).idle(), provider);
        MetricNames.CONNECTIONS_WAITING.gauge(
                registry, () -> connectionsOf(provider).waiting(), provider);
        MetricNames.CONNECTIONS_OPENED.counted(
                registry, () -> connectionsOf(provider).opened(), provider);
        MetricNames.CONNECTIONS_CLOSED.counted(
                registry, () -> connectionsOf(provider).closed(), provider);
        MetricNames.STREAM_SKIPPED.counted(
                registry, () -> connectionsOf(provider).skipped(), provider);
    }

    private ConnectionStats connectionsOf(String provider) {
        return snapshots.now().connections(provider);
    }

    private void instance(String id) {
        gauge(MetricNames.ATTEMPTS_IN_FLIGHT, id, InstanceStatus::inFlight);
        gauge(MetricNames.RETURNS_IN_FLIGHT, id, InstanceStatus::returnsInFlight);
        gauge(
                MetricNames.RETURNS_ALLOWED,
                id,
                status -> Math.ceil(RetryBudget.allowed(
                        gateway.generation().configuration().defaults().retryBudget(), status.inFlight())));
        gauge(MetricNames.COOL_DOWN, id, status -> status.coolDown().toNanos() / 1e9);
        for (Obstacle obstacle : Obstacle.values()) {
            gauge(
                    MetricNames.INSTANCE_STATE,
                    id,
                    status -> status.condition().obstacle() == obstacle ? 1 : 0,
                    Words.state(obstacle));
        }
        for (String state : BREAKER_STATES) {
            gauge(MetricNames.BREAKER_STATE, id, status -> status.breaker().equals(state) ? 1 : 0, state);
        }
    }

    private void echelon(String id) {
        EchelonStatus first = gateway.states().echelon(id);
        if (first == null || !echelons.add(id)) {
            return;
        }
        gaugeOfEchelon(MetricNames.PERMITS_IN_USE, id, EchelonStatus::permits);
        gaugeOfEchelon(MetricNames.QUEUE, id, EchelonStatus::queued);
        if (first.limit() < Integer.MAX_VALUE) {
            gaugeOfEchelon(MetricNames.PERMITS_LEFT, id, status -> status.limit() - status.permits());
        }
        if (first.rpmLeft() < Integer.MAX_VALUE) {
            gaugeOfEchelon(MetricNames.RPM_LEFT, id, EchelonStatus::rpmLeft);
        }
    }

    private double left(String pool) {
        PoolStatus status = snapshots.now().pool(pool);
        return status == null ? Double.NaN : status.left();
    }

    private void gauge(MetricNames name, String id, ToDoubleFunction<InstanceStatus> value, String... more) {
        String[] labels = more.length == 0 ? new String[] {id} : new String[] {id, more[0]};
        name.gauge(registry, () -> of(snapshots.now().instance(id), value), labels);
    }

    private void gaugeOfEchelon(MetricNames name, String id, ToDoubleFunction<EchelonStatus> value) {
        name.gauge(registry, () -> of(snapshots.now().echelon(id), value), id);
    }

    private static <T> double of(@Nullable T status, ToDoubleFunction<T> value) {
        return status == null ? Double.NaN : value.applyAsDouble(status);
    }
}

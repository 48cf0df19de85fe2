package dev.echelon.ops;

import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Ticker;
import dev.echelon.route.EchelonStatus;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import dev.echelon.route.InstanceStatus;
import dev.echelon.route.PoolStatus;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What gauges show. All gauges of a scrape share one snapshot, which is taken when the first of them is read; nothing is
 * done while nobody looks. Thread-safe.
 */
final class Snapshots {

    /** Longer than a scrape takes, shorter than the time between two. */
    private static final long KEPT = Duration.ofMillis(250).toNanos();

    private final Gateway gateway;
    private final GatewayRuntime runtime;
    private final Ticker ticker;

    @Nullable
    private volatile Snapshot latest;

    Snapshots(Gateway gateway, GatewayRuntime runtime, Ticker ticker) {
        this.gateway = gateway;
        this.runtime = runtime;
        this.ticker = ticker;
    }

    /** One moment, of which no more is looked at than is asked for. */
    final class Snapshot {

        private final long takenAt;
        private final Map<String, InstanceStatus> instances = new ConcurrentHashMap<>();
        private final Map<String, EchelonStatus> echelons = new ConcurrentHashMap<>();
        private final Map<String, PoolStatus> pools;
        private final Map<String, ConnectionStats> connections;
        private final Map<Obstacle, Integer> states;

        private Snapshot(long takenAt) {
            this.takenAt = takenAt;
            this.pools = gateway.pools().stream().collect(Collectors.toMap(PoolStatus::pool, it -> it));
            this.connections = runtime.connectionsByProvider();
            this.states = count(takenAt);
        }

        private Map<Obstacle, Integer> count(long now) {
            Map<Obstacle, Integer> count = new EnumMap<>(Obstacle.class);
            gateway.generation()
                    .instances()
                    .forEach(it ->
                            count.merge(gateway.states().condition(it, now).obstacle(), 1, Integer::sum));
            return count;
        }

        @Nullable
        InstanceStatus instance(String id) {
            return instances.computeIfAbsent(id, gateway.states()::instance);
        }

        @Nullable
        EchelonStatus echelon(String id) {
            return echelons.computeIfAbsent(id, gateway.states()::echelon);
        }

        @Nullable
        PoolStatus pool(String name) {
            return pools.get(name);
        }

        ConnectionStats connections(String provider) {
            return connections.getOrDefault(provider, ConnectionStats.NONE);
        }

        /** How many instances of echelons have this in their way. */
        int instances(Obstacle obstacle) {
            return states.getOrDefault(obstacle, 0);
        }
    }

    Snapshot now() {
        Snapshot known = latest;
        long now = ticker.nanos();
        if (known != null && now - known.takenAt < KEPT) {
            return known;
        }
        Snapshot taken = new Snapshot(now);
        latest = taken;
        return taken;
    }
}

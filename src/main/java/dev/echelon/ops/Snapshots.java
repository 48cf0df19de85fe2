package dev.echelon.ops;

import dev.echelon.domain.ConnectionStats;
import dev.echelon.domain.Ticker;
import dev.echelon.route.EchelonStatus;
import dev.echelon.route.Gateway;
import dev.echelon.route.GatewayRuntime;
import dev.echelon.route.InstanceStatus;
import dev.echelon.route.PoolStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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

    /**
     * One moment.
     *
     * @param takenAt from the {@link Ticker}
     * @param instances by id; echelons, pools and providers' connections likewise by name
     */
    record Snapshot(
            long takenAt,
            Map<String, InstanceStatus> instances,
            Map<String, EchelonStatus> echelons,
            Map<String, PoolStatus> pools,
            Map<String, ConnectionStats> connections) {}

    Snapshot now() {
        Snapshot known = latest;
        long now = ticker.nanos();
        if (known != null && now - known.takenAt() < KEPT) {
            return known;
        }
        Snapshot taken = take();
        latest = taken;
        return taken;
    }

    /** A new one, for its taker alone. */
    Snapshot take() {
        return new Snapshot(
                ticker.nanos(),
                byName(gateway.states().instances(), status -> status.instance().id()),
                byName(gateway.states().echelons(), EchelonStatus::echelon),
                byName(gateway.pools(), PoolStatus::pool),
                runtime.connectionsByProvider());
    }

    private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
        return all.stream().collect(Collectors.toMap(name, it -> it));
    }
}

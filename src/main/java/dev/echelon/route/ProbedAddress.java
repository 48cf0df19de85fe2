package dev.echelon.route;

import dev.echelon.config.PoolConfig;
import dev.echelon.domain.HealthRules;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Secret;
import dev.echelon.model.Upstream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An address with one credential. One probe of it speaks for all models that pools use there.
 *
 * @param upstream of any of these models
 * @param interval the smallest of all their pools
 */
record ProbedAddress(Upstream upstream, Duration interval, Map<ModelKey, HealthRules> models) {

    /** What makes two probes the same. */
    record Where(URI baseUrl, Secret credential, String dialect) {}

    Where where() {
        return where(upstream);
    }

    private static Where where(Upstream upstream) {
        return new Where(upstream.baseUrl(), upstream.key(), upstream.dialect().name());
    }

    /** What has to be probed for these pools. A model follows the pool of its that probes most often, the first of equals. */
    static List<ProbedAddress> of(List<PoolConfig> pools, Planner planner, Topology topology) {
        Map<ModelKey, PoolConfig.HealthCheck> checks = new LinkedHashMap<>();
        Map<ModelKey, Upstream> upstreams = new LinkedHashMap<>();
        for (PoolConfig pool : pools) {
            for (Instance instance : planner.instancesOf(pool)) {
                checks.merge(instance.key(), pool.healthCheck(), ProbedAddress::moreOften);
                upstreams.put(instance.key(), member(topology, instance).upstream());
            }
        }
        Map<Where, List<ModelKey>> addresses = new LinkedHashMap<>();
        upstreams.forEach((key, upstream) -> addresses
                .computeIfAbsent(where(upstream), it -> new ArrayList<>())
                .add(key));
        return addresses.values().stream()
                .map(keys -> at(Objects.requireNonNull(upstreams.get(keys.get(0))), keys, checks))
                .toList();
    }

    private static ProbedAddress at(
            Upstream upstream, List<ModelKey> keys, Map<ModelKey, PoolConfig.HealthCheck> checks) {
        Map<ModelKey, HealthRules> models = new HashMap<>();
        Duration interval = Duration.ofSeconds(Long.MAX_VALUE);
        for (ModelKey key : keys) {
            PoolConfig.HealthCheck check = Objects.requireNonNull(checks.get(key));
            models.put(key, new HealthRules(check.failureThreshold(), check.recoveryTime()));
            interval = interval.compareTo(check.interval()) <= 0 ? interval : check.interval();
        }
        return new ProbedAddress(upstream, interval, Map.copyOf(models));
    }

    private static Topology.Member member(Topology topology, Instance instance) {
        return Objects.requireNonNull(topology.instances().get(instance.id()));
    }

    private static PoolConfig.HealthCheck moreOften(PoolConfig.HealthCheck one, PoolConfig.HealthCheck other) {
        return other.interval().compareTo(one.interval()) < 0 ? other : one;
    }
}

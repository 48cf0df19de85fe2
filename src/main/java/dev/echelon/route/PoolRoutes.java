package dev.echelon.route;

import dev.echelon.config.PoolConfig;
import dev.echelon.domain.Instance;
import dev.echelon.domain.RateLimit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Registry;

/** Pools: a rate limit, then a rotation over instances, with the fallback pools as last children. */
final class PoolRoutes extends LevelRoutes {

    private final List<PoolConfig> pools;
    private final Planner planner;
    private final BiFunction<String, PoolConfig.RateLimiting, RateLimit> limits;

    PoolRoutes(
            Nodes nodes,
            Registry registry,
            List<PoolConfig> pools,
            Planner planner,
            BiFunction<String, PoolConfig.RateLimiting, RateLimit> limits) {
        super(nodes, registry);
        this.pools = pools;
        this.planner = planner;
        this.limits = limits;
    }

    @Override
    public void configure() {
        pools.forEach(this::pool);
    }

    private void pool(PoolConfig pool) {
        String node = Nodes.pool(pool.name());
        RouteDefinition route = route(node, pool.description());
        if (pool.rateLimiting().enabled()) {
            RateLimit limit = limits.apply(pool.name(), pool.rateLimiting());
            route.process(bind(node, "rate-limit", new PoolGate(node, pool.name(), limit)));
        }
        Set<String> children = new LinkedHashSet<>();
        for (Instance instance : planner.instancesOf(pool)) {
            children.add(nodes.instance(instance.id()));
        }
        for (PoolConfig fallback : planner.fallbacksOf(pool)) {
            children.add(Nodes.pool(fallback.name()));
        }
        balance(route, node, pool.rotation().type().name().toLowerCase(Locale.ROOT), List.copyOf(children));
    }
}

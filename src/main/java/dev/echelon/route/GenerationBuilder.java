package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.PoolConfig;
import dev.echelon.config.TaskGroupConfig;
import dev.echelon.domain.Plan;
import dev.echelon.domain.RateLimit;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.ModelClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/**
 * Makes a generation: follows the references of a configuration, works out the plan of each target, and adds the routes
 * of each level to the Camel context. Limits and breakers are kept from earlier generations by id.
 */
final class GenerationBuilder {

    private final CamelContext context;
    private final StateRegistry states;
    private final ModelClient client;
    private final Dialects dialects;
    private final Ticker ticker;
    private final IntSupplier random;
    private final Map<String, RateLimit> poolLimits = new ConcurrentHashMap<>();

    GenerationBuilder(
            CamelContext context,
            StateRegistry states,
            ModelClient client,
            Dialects dialects,
            Ticker ticker,
            IntSupplier random) {
        this.context = context;
        this.states = states;
        this.client = client;
        this.dialects = dialects;
        this.ticker = ticker;
        this.random = random;
    }

    /** Adds the routes of a generation; they start with the context, or at once when that runs. */
    Generation build(long id, Configuration configuration) throws Exception {
        Topology topology = new TopologyBuilder(configuration, dialects).build();
        Nodes nodes = Nodes.of(id, topology);
        Planner planner = new Planner(configuration, topology, nodes, random);
        Map<String, Plan> groups = new LinkedHashMap<>();
        for (TaskGroupConfig group : configuration.groups().values()) {
            Plan plan = planner.group(group);
            if (!plan.tiers().isEmpty()) {
                groups.put(group.name(), plan);
            }
        }
        List<PoolConfig> pools = configuration.pools().values().stream()
                .filter(pool -> !planner.instancesOf(pool).isEmpty())
                .toList();
        List<Topology.Member> members = topology.members();
        double batchShare = configuration.defaults().batchShare();
        members.forEach(it -> states.declare(it.instance(), it.rules(), it.concurrency(), it.rpm(), batchShare));

        Registry registry = context.getRegistry();
        context.addRoutes(new InstanceRoutes(nodes, registry, members, client));
        context.addRoutes(new EchelonRoutes(nodes, registry, topology));
        context.addRoutes(new GroupRoutes(nodes, registry, configuration.groups(), groups));
        context.addRoutes(new PoolRoutes(nodes, registry, pools, planner, this::poolLimit));
        return new Generation(
                id,
                nodes,
                context,
                new Targets(configuration, topology, nodes, planner, pools, groups),
                ProbedAddress.of(pools, planner, topology));
    }

    /** The pools that have a rate limit, by name. */
    List<PoolStatus> pools() {
        long now = ticker.nanos();
        return new TreeMap<>(poolLimits)
                .entrySet().stream()
                        .map(entry ->
                                new PoolStatus(entry.getKey(), entry.getValue().left(now)))
                        .toList();
    }

    private RateLimit poolLimit(String pool, PoolConfig.RateLimiting limiting) {
        return poolLimits.computeIfAbsent(pool, name -> switch (limiting.algorithm()) {
            case TOKEN_BUCKET -> RateLimit.tokenBucket(limiting.bucketSize(), limiting.refillRate(), ticker.nanos());
            case FIXED_WINDOW ->
                RateLimit.fixedWindow(limiting.windowSize().toNanos(), limiting.maxRequests(), ticker.nanos());
        });
    }
}

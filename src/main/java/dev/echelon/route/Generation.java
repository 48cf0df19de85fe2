package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.ProviderConfig;
import dev.echelon.domain.Instance;
import dev.echelon.domain.TargetInfo;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.jspecify.annotations.Nullable;

/**
 * One compiled configuration with its routes. Immutable; owned by the {@link Gateway}, which starts and replaces it.
 */
public final class Generation {

    private final long id;
    private final Nodes nodes;
    private final CamelContext context;
    private final Targets targets;
    private final List<ProbedAddress> probed;
    private final Map<String, AsyncProcessor> entries = new ConcurrentHashMap<>();

    Generation(long id, Nodes nodes, CamelContext context, Targets targets, List<ProbedAddress> probed) {
        this.id = id;
        this.nodes = nodes;
        this.context = context;
        this.targets = targets;
        this.probed = probed;
    }

    public long id() {
        return id;
    }

    /** The Camel route group of its routes. */
    public String routeGroup() {
        return nodes.routeGroup();
    }

    /** The target of that name, in any of the forms of DESIGN section 1; {@code null} when there is none. */
    @Nullable
    public Target target(String name) {
        return targets.find(name);
    }

    /** What it was compiled from. */
    public Configuration configuration() {
        return targets.configuration();
    }

    /** The {@link Target#name() names} of all targets that the configuration names: bounded, whatever callers ask for. */
    public Set<String> targetNames() {
        return targets.names();
    }

    /** The ids of all instances, those that model references address included. */
    public Set<String> instanceIds() {
        return targets.instanceIds();
    }

    /** All instances of echelons, in the order of the files. */
    public List<Instance> instances() {
        return targets.instances();
    }

    /** What {@code GET /v1/models} lists. */
    public List<TargetInfo> listing() {
        return targets.listing();
    }

    /** What a name stands for, in any of the forms a caller may write. */
    public Optional<TargetInfo> info(String name) {
        return targets.info(name);
    }

    /** The names of all providers that have a key. */
    public Set<String> providers() {
        return configuration().providers().values().stream()
                .filter(ProviderConfig::enabled)
                .map(ProviderConfig::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** All instances, those that model references address included, and how they are reached. */
    Collection<Topology.Member> members() {
        return targets.members();
    }

    /** The addresses to be probed as long as it is the current one. */
    List<ProbedAddress> probed() {
        return probed;
    }

    /** The route that a request to the target enters. */
    AsyncProcessor entry(Target target) {
        return entries.computeIfAbsent(target.entry(), node -> {
            Route route = context.getRoute(nodes.routeId(node));
            if (route == null) {
                throw new IllegalStateException("route " + nodes.routeId(node) + " is not started");
            }
            return AsyncProcessorConverterHelper.convert(route.getProcessor());
        });
    }
}

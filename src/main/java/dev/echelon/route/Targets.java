package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.PoolConfig;
import dev.echelon.config.RequestDefaults;
import dev.echelon.config.WrapperConfig;
import dev.echelon.config.WrapperConfig.CallDefaults;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.ModelRef;
import dev.echelon.domain.Plan;
import dev.echelon.domain.TargetInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that may be asked for, by every name it has. */
final class Targets {

    private static final String OURS = "echelon";

    private final Configuration configuration;
    private final Topology topology;
    private final Nodes nodes;
    private final Map<String, Target> byName = new HashMap<>();
    private final List<TargetInfo> listing = new ArrayList<>();
    private final Set<String> names;
    private final Set<String> instanceIds;

    Targets(
            Configuration configuration,
            Topology topology,
            Nodes nodes,
            Planner planner,
            List<PoolConfig> pools,
            Map<String, Plan> groups) {
        this.configuration = configuration;
        this.topology = topology;
        this.nodes = nodes;
        for (PoolConfig pool : pools) {
            add("pool", pool.name(), Nodes.pool(pool.name()), planner.pool(pool));
        }
        groups.forEach((group, plan) -> add("group", group, nodes.group(group), plan));
        topology.echelons().keySet().forEach(id -> {
            Target target = target(id, nodes.echelon(id), planner.echelon(id));
            byName.put(id, target);
            byName.put("group:" + id, target);
        });
        topology.models().forEach((reference, member) -> {
            Target target = model(reference, reference, member.instance());
            byName.put(reference, target);
            byName.put("model:" + reference, target);
        });
        configuration.wrappers().values().forEach(this::addWrapper);
        topology.models().forEach((reference, member) -> {
            ModelRef model = member.instance().key().model();
            if (!model.model().equals(TopologyBuilder.ANY_MODEL)) {
                listing.add(new TargetInfo(reference, "model", model.provider()));
            }
        });
        this.names = byName.values().stream().map(Target::name).collect(Collectors.toUnmodifiableSet());
        this.instanceIds = topology.members().stream()
                .map(member -> member.instance().id())
                .collect(Collectors.toUnmodifiableSet());
    }

    Configuration configuration() {
        return configuration;
    }

    Set<String> names() {
        return names;
    }

    Set<String> instanceIds() {
        return instanceIds;
    }

    List<Instance> instances() {
        return topology.instances().values().stream()
                .map(Topology.Member::instance)
                .toList();
    }

    Collection<Topology.Member> members() {
        return topology.members();
    }

    List<TargetInfo> listing() {
        return List.copyOf(listing);
    }

    @Nullable
    Target find(String name) {
        Target known = byName.get(name);
        return known != null ? known : byReference(name);
    }

    Optional<TargetInfo> info(String name) {
        Target target = find(name);
        if (target == null) {
            return Optional.empty();
        }
        return listing.stream()
                .filter(it -> it.name().equals(target.name()))
                .findFirst()
                .or(() -> {
                    boolean model = Nodes.isModel(target.entry());
                    String owner = model ? ModelRef.parse(target.name()).provider() : OURS;
                    return Optional.of(new TargetInfo(target.name(), model ? "model" : "group", owner));
                });
    }

    /** {@code provider/model} for {@code provider:model}; any model of a provider where that is allowed. */
    @Nullable
    private Target byReference(String name) {
        String reference = name.startsWith("model:") ? name.substring("model:".length()) : name;
        int slash = reference.indexOf('/');
        int colon = reference.indexOf(':');
        if (slash > 0
                && (colon < 0 || slash < colon)
                && configuration.providers().containsKey(reference.substring(0, slash))) {
            reference = reference.substring(0, slash) + ":" + reference.substring(slash + 1);
            Target known = byName.get(reference);
            if (known != null) {
                return known;
            }
        }
        colon = reference.indexOf(':');
        if (colon <= 0 || colon == reference.length() - 1) {
            return null;
        }
        ModelRef wanted = new ModelRef(reference.substring(0, colon), reference.substring(colon + 1));
        String any = new ModelRef(wanted.provider(), TopologyBuilder.ANY_MODEL).toString();
        Topology.Member member = topology.models().get(any);
        if (member == null || wanted.model().equals(TopologyBuilder.ANY_MODEL)) {
            return null;
        }
        Instance instance = member.instance();
        ModelKey key =
                new ModelKey(wanted, instance.key().baseUrl(), instance.key().credential());
        return model(reference, any, instance.withKey(key));
    }

    private void add(String kind, String name, String node, Plan plan) {
        Target target = target(name, node, plan);
        byName.put(name, target);
        byName.put(kind + ":" + name, target);
        listing.add(new TargetInfo(name, kind, OURS));
    }

    private void addWrapper(WrapperConfig wrapper) {
        String kind =
                switch (wrapper.type()) {
                    case POOL -> "pool:";
                    case TASK_GROUP -> "group:";
                    case DIRECT -> "model:";
                };
        Target behind = byName.get(kind + wrapper.reference());
        if (behind == null) {
            return;
        }
        RequestDefaults rules = wrapper.type() == WrapperConfig.Type.TASK_GROUP
                ? configuration.groupDefaults()
                : configuration.defaults();
        Target target = Target.of(wrapper.name(), behind.entry(), behind.plan(), rules, wrapper.defaults());
        byName.put(wrapper.name(), target);
        byName.put("wrapper:" + wrapper.name(), target);
        listing.add(new TargetInfo(wrapper.name(), "wrapper", OURS));
    }

    private Target model(String name, String reference, Instance instance) {
        String node = nodes.model(reference);
        return target(name, node, Planner.model(name, node, instance, nodes));
    }

    private Target target(String name, String node, Plan plan) {
        return Target.of(name, node, plan, configuration.defaults(), CallDefaults.NONE);
    }
}

package dev.echelon.ops;

import dev.echelon.config.PoolConfig;
import dev.echelon.config.TaskGroupConfig;
import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Ticker;
import dev.echelon.route.Gateway;
import dev.echelon.route.Generation;
import dev.echelon.route.InstanceStatus;
import dev.echelon.route.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness: a generation is loaded and at least one instance of any target may be asked, or is only busy, and the
 * process is not to end. One dead group
 * does not make the process unready: taken out of rotation it would fail the requests to all other groups too, and every
 * process with the same configuration goes down with the same provider. The details tell which groups and pools have how
 * many instances ready, and what stands in the others' way; no addresses, no keys. Camel shows details with
 * {@code ?data=true}, so the message has the groups too. Says nothing about liveness.
 */
final class GatewayHealth extends AbstractHealthCheck {

    private final Gateway gateway;
    private final Ticker ticker;

    GatewayHealth(Gateway gateway, Ticker ticker) {
        super("echelon", "gateway");
        this.gateway = gateway;
        this.ticker = ticker;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        Generation generation = gateway.generation();
        result.detail("generation", generation.id());
        result.detail("in.flight", gateway.inFlight());
        StringJoiner groups = new StringJoiner("; ");
        Map<String, List<Instance>> members =
                generation.instances().stream().collect(Collectors.groupingBy(GatewayHealth::groupOf));
        for (TaskGroupConfig group : generation.configuration().groups().values()) {
            String summary = summary(members.getOrDefault(group.name(), List.of()));
            result.detail("group." + group.name(), summary);
            groups.add(group.name() + ": " + summary);
        }
        for (PoolConfig pool : generation.configuration().pools().values()) {
            result.detail("pool." + pool.name(), summary(ofPool(generation, pool)));
        }
        if (gateway.isDraining()) {
            result.message("draining").down();
        } else if (anyoneAnswers(generation)) {
            result.message(groups.toString()).up();
        } else {
            result.message("no instance may be asked: " + groups).down();
        }
    }

    private static String groupOf(Instance instance) {
        return instance.echelon().substring(0, instance.echelon().indexOf('.'));
    }

    private static List<Instance> ofPool(Generation generation, PoolConfig pool) {
        List<Instance> instances = new ArrayList<>();
        Target target = generation.target("pool:" + pool.name());
        if (target != null) {
            // its fallback pools own the tiers that follow
            target.plan().tiers().stream()
                    .filter(tier -> tier.owner().equals(pool.name()))
                    .forEach(tier -> tier.candidates().forEach(candidate -> instances.add(candidate.instance())));
        }
        return instances;
    }

    /** {@code 2 of 3 ready, 1 breaker_open}. */
    private String summary(List<Instance> instances) {
        Map<Obstacle, Integer> count = new TreeMap<>();
        for (Instance instance : instances) {
            count.merge(condition(instance).obstacle(), 1, Integer::sum);
        }
        StringJoiner text = new StringJoiner(", ");
        Integer ready = count.remove(Obstacle.NONE);
        text.add((ready == null ? 0 : ready) + " of " + instances.size() + " ready");
        count.forEach((obstacle, many) -> text.add(many + " " + Words.state(obstacle)));
        return text.toString();
    }

    private Condition condition(Instance instance) {
        return gateway.states().condition(instance, ticker.nanos());
    }

    private boolean anyoneAnswers(Generation generation) {
        return generation.instanceIds().stream()
                .map(gateway.states()::instance)
                .filter(Objects::nonNull)
                .map(InstanceStatus::condition)
                .anyMatch(GatewayHealth::answers);
    }

    /** Who is busy answers: a full echelon is no reason to send its callers elsewhere. */
    private static boolean answers(Condition condition) {
        return switch (condition.obstacle()) {
            case NONE, CONCURRENCY, RPM -> true;
            case BREAKER_OPEN, UNHEALTHY, COOLING, QUARANTINE -> false;
        };
    }
}

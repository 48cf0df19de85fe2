package dev.echelon.route;

import dev.echelon.domain.BreakerRules;
import dev.echelon.domain.Health;
import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The run-time states of all instances, by id, so that they outlive a generation. */
public final class StateRegistry implements InstanceStates {

    private final Ticker ticker;
    private final DoubleSupplier jitter;
    private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();
    private final Map<String, InstanceState> states = new ConcurrentHashMap<>();
    private final Map<String, EchelonLimits> limits = new ConcurrentHashMap<>();
    private final InstanceStates batchView = new BatchView();
    private final CoolDowns coolDowns = new CoolDowns();
    private final Healths healths = new Healths();

    /** @param jitter numbers from 0 to 1 */
    public StateRegistry(Ticker ticker, DoubleSupplier jitter) {
        this.ticker = ticker;
        this.jitter = jitter;
    }

    /** resilience4j's registry of the breakers of all instances that have been asked, for consoles and metrics. */
    public CircuitBreakerRegistry breakers() {
        return breakers;
    }

    /** Makes the state of an instance, unless it has one from an earlier generation. */
    void declare(Instance instance, BreakerRules rules, int concurrency, int rpm, double batchShare) {
        EchelonLimits shared =
                limits.computeIfAbsent(instance.echelon(), id -> EchelonLimits.of(concurrency, rpm, batchShare));
        coolDowns.declare(instance.key());
        states.computeIfAbsent(
                instance.id(),
                id -> new InstanceState(
                        instance,
                        () -> new InstanceBreaker(id, rules, instance.timeout(), breakers, ticker, jitter),
                        shared));
    }

    InstanceState of(Instance instance) {
        return of(instance.id());
    }

    InstanceBreaker breakerOf(String instance) {
        return of(instance).breaker();
    }

    void checkDeclared(String instance) {
        of(instance);
    }

    private InstanceState of(String instance) {
        InstanceState state = states.get(instance);
        if (state == null) {
            throw new IllegalStateException("instance " + instance + " was never declared");
        }
        return state;
    }

    CoolDowns coolDowns() {
        return coolDowns;
    }

    Healths healths() {
        return healths;
    }

    /** What active probes have found out about a model; one that no pool contains is not probed. */
    public Health health(ModelKey key) {
        return healths.of(key, ticker.nanos());
    }

    /** All instances that were ever configured, by id. */
    public List<InstanceStatus> instances() {
        long now = ticker.nanos();
        return new TreeMap<>(states)
                .values().stream().map(state -> status(state, now)).toList();
    }

    /** One instance that was ever configured; {@code null} for any other id. */
    @Nullable
    public InstanceStatus instance(String id) {
        InstanceState state = states.get(id);
        return state == null ? null : status(state, ticker.nanos());
    }

    private InstanceStatus status(InstanceState state, long now) {
        ModelKey key = state.instance().key();
        return state.status(now, coolDowns.of(key), healths.condition(key, now));
    }

    /** The limits of all echelons and direct instances, by id. */
    public List<EchelonStatus> echelons() {
        long now = ticker.nanos();
        return new TreeMap<>(limits)
                .entrySet().stream()
                        .map(entry -> entry.getValue().status(entry.getKey(), now))
                        .toList();
    }

    /** The limits of one echelon, or of a direct instance; {@code null} for any other id. */
    @Nullable
    public EchelonStatus echelon(String id) {
        EchelonLimits known = limits.get(id);
        return known == null ? null : known.status(id, ticker.nanos());
    }

    /** The states as requests of a lane see them. */
    InstanceStates seenBy(Lane lane) {
        return lane == Lane.BATCH ? batchView : this;
    }

    @Override
    public Condition condition(Instance instance, long now) {
        return condition(Lane.INTERACTIVE, instance, now);
    }

    private Condition condition(Lane lane, Instance instance, long now) {
        return of(instance).condition(lane, now, coolDowns.of(instance.key()), healths.condition(instance.key(), now));
    }

    @Override
    public int inFlight(Instance instance) {
        return of(instance).inFlight();
    }

    @Override
    public int returnsInFlight(Instance instance) {
        return of(instance).returnsInFlight();
    }

    @Override
    public boolean probeable(Instance instance, long now) {
        boolean unhealthy = !healths.condition(instance.key(), now).ready();
        return of(instance).probeable(now, coolDowns.of(instance.key()), unhealthy);
    }

    /** The same, but for limits that leave the batch lane less. */
    private final class BatchView implements InstanceStates {

        @Override
        public Condition condition(Instance instance, long now) {
            return StateRegistry.this.condition(Lane.BATCH, instance, now);
        }

        @Override
        public int inFlight(Instance instance) {
            return StateRegistry.this.inFlight(instance);
        }

        @Override
        public int returnsInFlight(Instance instance) {
            return StateRegistry.this.returnsInFlight(instance);
        }

        @Override
        public boolean probeable(Instance instance, long now) {
            return StateRegistry.this.probeable(instance, now);
        }
    }
}

package dev.echelon.ops;

import dev.echelon.domain.Instance;
import dev.echelon.domain.Ticker;
import dev.echelon.route.Gateway;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Readiness: a generation is loaded and at least one instance may be asked. Says nothing about liveness. */
public final class GatewayHealth extends AbstractHealthCheck {

    private final Gateway gateway;

    private GatewayHealth(Gateway gateway) {
        super("echelon", "gateway");
        this.gateway = gateway;
    }

    /** Adds the check to a context that has health checks at all. */
    public static void install(CamelContext context, Gateway gateway) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(context);
        if (registry != null) {
            registry.register(new GatewayHealth(gateway));
        }
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<Instance> instances = gateway.generation().instances();
        long now = Ticker.SYSTEM.nanos();
        long ready = instances.stream()
                .filter(instance -> gateway.states().condition(instance, now).ready())
                .count();
        result.detail("generation", gateway.generation().id());
        result.detail("instances", instances.size());
        result.detail("instances.ready", ready);
        result.detail("in.flight", gateway.inFlight());
        if (gateway.isDraining()) {
            result.message("draining").down();
        } else if (ready > 0) {
            result.up();
        } else {
            result.message("no instance may be asked").down();
        }
    }
}

package dev.echelon.route;

import dev.echelon.domain.HealthRules;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Ticker;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import dev.echelon.route.ProbedAddress.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Probes the addresses of the current generation, each on an event loop of its own, from the start of the Camel context
 * to its stop. Belongs to the {@link Gateway}.
 */
final class HealthProbes extends ServiceSupport {

    private final ModelClient client;
    private final EventLoops loops;
    private final Healths healths;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Map<Where, AddressProbe> running = new HashMap<>();

    private List<ProbedAddress> addresses = List.of();
    private boolean started;

    /** @param random numbers from 0 to 1 */
    HealthProbes(ModelClient client, EventLoops loops, Healths healths, Ticker ticker, DoubleSupplier random) {
        this.client = client;
        this.loops = loops;
        this.healths = healths;
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * From now on these are probed and no others. What is probed as often as before is not begun anew: however often the
     * configuration changes, its turn comes.
     */
    void probe(List<ProbedAddress> wanted) {
        lock.lock();
        try {
            Map<ModelKey, HealthRules> models = new HashMap<>();
            wanted.forEach(address -> models.putAll(address.models()));
            healths.keep(models);
            addresses = wanted;
            if (started) {
                renew();
            }
        } finally {
            lock.unlock();
        }
    }

    private void renew() {
        Map<Where, ProbedAddress> wanted = new HashMap<>();
        addresses.forEach(address -> wanted.put(address.where(), address));
        running.entrySet().removeIf(entry -> {
            ProbedAddress next = wanted.get(entry.getKey());
            boolean goesOn = next != null && entry.getValue().goesOnWith(next);
            if (!goesOn) {
                entry.getValue().stop();
            }
            return !goesOn;
        });
        wanted.forEach((where, address) -> running.computeIfAbsent(where, added -> {
            AddressProbe probe = new AddressProbe(address, client, loops.current(), healths, ticker, random);
            probe.start();
            return probe;
        }));
    }

    @Override
    protected void doStart() {
        started = true;
        renew();
    }

    @Override
    protected void doStop() {
        started = false;
        running.values().forEach(AddressProbe::stop);
        running.clear();
    }
}

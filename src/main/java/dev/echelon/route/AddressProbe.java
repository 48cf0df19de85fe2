package dev.echelon.route;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import dev.echelon.model.ModelClient;
import dev.echelon.model.ProbeCall;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Probes one address again and again: first after a random part of the interval, then once an interval, give or take 15 %,
 * so that gateways do not probe in step. One probe at a time; one that hangs is given up after the interval, at most 5 s.
 */
final class AddressProbe {

    private static final long LONGEST = Duration.ofSeconds(5).toNanos();
    private static final double JITTER = 0.15;

    private final ModelClient client;
    private final Scheduler scheduler;
    private final Healths healths;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final long interval;

    private volatile ProbedAddress address;
    private volatile boolean stopped;

    // of the scheduler's event loop
    private Scheduler.Timer next = Scheduler.Timer.NONE;

    @Nullable
    private ProbeCall call;

    AddressProbe(
            ProbedAddress address,
            ModelClient client,
            Scheduler scheduler,
            Healths healths,
            Ticker ticker,
            DoubleSupplier random) {
        this.address = address;
        this.client = client;
        this.scheduler = scheduler;
        this.healths = healths;
        this.ticker = ticker;
        this.random = random;
        this.interval = address.interval().toNanos();
    }

    void start() {
        scheduler.execute(() -> probeIn((long) (interval * random.getAsDouble())));
    }

    void stop() {
        stopped = true;
        scheduler.execute(() -> {
            next.cancel();
            if (call != null) {
                call.cancel();
            }
        });
    }

    /** Probes for these models from now on; false when that is to be done at another pace. */
    boolean goesOnWith(ProbedAddress other) {
        if (other.interval().toNanos() != interval) {
            return false;
        }
        address = other;
        return true;
    }

    private void probeIn(long nanos) {
        if (!stopped) {
            next = scheduler.schedule(nanos, this::probe);
        }
    }

    private void probe() {
        if (stopped) {
            return;
        }
        long start = ticker.nanos();
        call = client.probe(address.upstream(), Math.min(interval, LONGEST), scheduler, failure -> {
            call = null;
            if (!stopped) {
                tell(failure);
                long pause = (long) (interval * (1 + JITTER * (2 * random.getAsDouble() - 1)));
                probeIn(Math.max(0, pause - (ticker.nanos() - start)));
            }
        });
    }

    private void tell(@Nullable FailureKind failure) {
        long now = ticker.nanos();
        for (ModelKey key : address.models().keySet()) {
            healths.probed(key, failure, now);
        }
    }
}

package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.echelon.cli.TestGateway;
import dev.echelon.route.EchelonStatus;
import dev.echelon.route.InstanceStatus;
import dev.echelon.testing.FakeProvider;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/** What holds whenever no request is under way: nothing is held, nothing is left open, nothing has grown. */
final class Invariants {

    private static final Duration SOON = Duration.ofSeconds(3);

    /** Threads and descriptors that the JVM may open meanwhile for itself. */
    private static final int OWN = 12;

    private final TestGateway gateway;
    private final List<FakeProvider> upstreams;
    private long threads;
    private long descriptors;

    Invariants(TestGateway gateway, List<FakeProvider> upstreams) {
        this.gateway = gateway;
        this.upstreams = upstreams;
    }

    /** What there is now is the measure from now on. */
    void begin() {
        threads = threads();
        descriptors = descriptors();
    }

    void check() {
        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).untilAsserted(() -> {
            assertThat(gateway.gateway().inFlight()).as("requests").isZero();
            assertThat(gateway.gateway().states().echelons())
                    .as("permits and queues")
                    .allMatch(Invariants::isFree);
            assertThat(gateway.gateway().states().instances()).as("attempts").allMatch(Invariants::isIdle);
            assertThat(gateway.runtime().connections().active())
                    .as("leased connections")
                    .isZero();
            assertThat(upstreams.stream().mapToInt(FakeProvider::current).sum())
                    .as("calls that an upstream still answers")
                    .isZero();
            assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors + OWN);
            assertThat(threads()).as("threads").isLessThanOrEqualTo(threads + OWN);
        });
    }

    private static boolean isFree(EchelonStatus echelon) {
        return echelon.permits() == 0 && echelon.queued() == 0;
    }

    private static boolean isIdle(InstanceStatus instance) {
        return instance.inFlight() == 0 && instance.returnsInFlight() == 0;
    }

    /** Without the workers of Vert.x, which resolve names and read certificates; they are bounded and stay. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().matches("vert\\.x-(internal-blocking|worker-thread)-.*"))
                .count();
    }

    /** Without those of the connections to upstreams, which are kept: both their ends are in this process. */
    private long descriptors() {
        long open = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
        int ours = gateway.runtime().connections().open();
        int theirs = upstreams.stream().mapToInt(FakeProvider::connections).sum();
        return open - ours - theirs;
    }
}

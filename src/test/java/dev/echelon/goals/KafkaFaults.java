package dev.echelon.goals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.BrokerProcess;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A gateway and its broker, which are killed and started again, and what was in flight each time. */
final class KafkaFaults implements AutoCloseable {

    private final Path folder;
    private final BrokerProcess broker;
    private final FakeProvider provider;
    private final List<String> jvm;
    private final List<Fault> faults = new ArrayList<>();
    private GatewayProcess gateway;

    /** What can happen to them. */
    enum Kind {
        GATEWAY_KILLED,
        BROKER_KILLED,
        BROKER_STOPPED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * One that happened.
     *
     * @param at when the process was gone, in milliseconds since 1970
     * @param inFlight calls under way at the models when it came
     * @param away until it was ready again
     */
    record Fault(Kind kind, long at, int inFlight, Duration away) {}

    /** @param folder with the gateway's configuration */
    KafkaFaults(Path folder, BrokerProcess broker, FakeProvider provider, List<String> settings) throws Exception {
        this.folder = folder;
        this.broker = broker;
        this.provider = provider;
        this.jvm = new ArrayList<>(List.of(
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dechelon.kafka.instance=one",
                "-Dechelon.kafka.state=" + folder.resolve("state")));
        jvm.addAll(settings);
        this.gateway = start();
    }

    private GatewayProcess start() throws Exception {
        return new GatewayProcess(folder, jvm, "--configs=" + folder, "--kafka", "--kafka-brokers=" + broker.address());
    }

    GatewayProcess gateway() {
        return gateway;
    }

    void strike(Kind kind) throws Exception {
        assertThat(gateway.isAlive()).as(gateway.log()).isTrue();
        int inFlight = provider.current();
        switch (kind) {
            case GATEWAY_KILLED -> gateway.kill();
            case BROKER_KILLED -> broker.kill();
            case BROKER_STOPPED -> assertThat(broker.stop()).isIn(0, 143);
        }
        long at = System.currentTimeMillis();
        if (kind == Kind.GATEWAY_KILLED) {
            gateway = start();
        } else {
            broker.startAgain();
        }
        faults.add(new Fault(kind, at, inFlight, Duration.ofMillis(System.currentTimeMillis() - at)));
    }

    List<Fault> faults() {
        return faults;
    }

    /** Calls that were under way at the models when the gateway was killed, all together. */
    int inFlight() {
        return faults.stream()
                .filter(it -> it.kind() == Kind.GATEWAY_KILLED)
                .mapToInt(Fault::inFlight)
                .sum();
    }

    /** Which of the answers that came twice are due to it: their first ones were sent before it, and after the last one. */
    long repeatedBy(Fault fault, KafkaLoad.Count count) {
        int index = faults.indexOf(fault);
        long from = index == 0 ? 0 : faults.get(index - 1).at();
        return count.repeated().stream()
                .filter(first -> first > from && first <= fault.at())
                .count();
    }

    /** So many of each kind, what was in flight at them and came twice because of them, and how long they took. */
    String summary(KafkaLoad.Count count) {
        return Arrays.stream(Kind.values())
                .map(kind -> summary(
                        kind, faults.stream().filter(it -> it.kind() == kind).toList(), count))
                .collect(Collectors.joining(", "));
    }

    private String summary(Kind kind, List<Fault> those, KafkaLoad.Count count) {
        return "%d x %s (%d in flight, %d duplicated, ready again after %.1f s)"
                .formatted(
                        those.size(),
                        kind,
                        those.stream().mapToInt(Fault::inFlight).sum(),
                        those.stream().mapToLong(it -> repeatedBy(it, count)).sum(),
                        those.stream()
                                        .mapToLong(it -> it.away().toMillis())
                                        .average()
                                        .orElse(0)
                                / 1000);
    }

    @Override
    public void close() {
        gateway.close();
    }
}

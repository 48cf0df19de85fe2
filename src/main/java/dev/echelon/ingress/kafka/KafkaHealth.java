package dev.echelon.ingress.kafka;

import dev.echelon.domain.PromptLoad;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.kafka.common.Metric;

/** How reading prompts goes. Always up: HTTP callers are served without Kafka. */
final class KafkaHealth extends AbstractHealthCheck {

    private final TrackingClientFactory consumers;

    KafkaHealth(TrackingClientFactory consumers) {
        super("echelon", "kafka");
        this.consumers = consumers;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<TrackingConsumer> all = consumers.consumers();
        result.message(message(
                all.stream().anyMatch(KafkaHealth::isConnected),
                all.stream().map(TrackingConsumer::snapshot).toList()));
        result.up();
    }

    static String message(boolean connected, List<Snapshot> snapshots) {
        PromptLoad load = snapshots.stream().map(Snapshot::load).reduce(PromptLoad.NONE, PromptLoad::plus);
        boolean paused = snapshots.stream().anyMatch(Snapshot::paused);
        boolean fenced = snapshots.stream().anyMatch(Snapshot::fenced);
        return "broker %s, %d partitions, %d prompts open, the oldest for %d s%s%s"
                .formatted(
                        connected ? "up" : "down",
                        load.partitions(),
                        load.open(),
                        Duration.ofNanos(load.oldestNanos()).toSeconds(),
                        paused ? ", paused" : "",
                        fenced ? ", fenced: another process has the name echelon.kafka.instance" : "");
    }

    private static boolean isConnected(TrackingConsumer consumer) {
        for (Map.Entry<?, ? extends Metric> metric : consumer.metrics().entrySet()) {
            if (metric.getValue().metricName().name().equals("connection-count")
                    && metric.getValue().metricValue() instanceof Double count
                    && count > 0) {
                return true;
            }
        }
        return false;
    }
}

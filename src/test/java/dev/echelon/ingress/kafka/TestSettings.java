package dev.echelon.ingress.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Settings of which a test cares for some. */
final class TestSettings {

    private TestSettings() {}

    static KafkaSettings of(int maxInFlight, boolean orderByKey, boolean transactional, Path state) {
        return new KafkaSettings(
                maxInFlight,
                orderByKey,
                Set.of(),
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                1_000,
                false,
                transactional,
                state,
                "group");
    }
}

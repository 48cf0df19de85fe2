package dev.echelon.ingress.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * How prompts are taken from Kafka.
 *
 * @param maxInFlight prompts under way in one consumer, beside those that wait for a target that fails
 * @param orderByKey whether of each key only one is under way at a time
 * @param replyTopics what {@code kafka_replyTopic} may name
 * @param maxAge how long an outage may last before its prompts become dead letters
 * @param drain how long a partition that is taken away waits for what is under way
 * @param maxBytes of a prompt
 * @param streaming whether prompts may ask for their answer in chunks
 * @param transactional whether replies and offsets are committed together
 * @param state folder for what has to outlive a crash
 * @param group of the consumers
 */
public record KafkaSettings(
        int maxInFlight,
        boolean orderByKey,
        Set<String> replyTopics,
        Duration maxAge,
        Duration drain,
        int maxBytes,
        boolean streaming,
        boolean transactional,
        Path state,
        String group) {

    private static final int POLLS_TO_FILL = 16;

    public KafkaSettings {
        replyTopics = Set.copyOf(replyTopics);
        if (maxInFlight < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("maxInFlight and maxBytes must be at least 1");
        }
    }

    /** Records of one poll: few, so that a partly full window still takes some. */
    int pollSize() {
        return Math.max(1, maxInFlight / POLLS_TO_FILL);
    }
}

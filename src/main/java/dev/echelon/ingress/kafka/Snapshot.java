package dev.echelon.ingress.kafka;

import dev.echelon.domain.PromptLoad;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a consumer stands.
 *
 * @param at when it stood so, in nanoseconds of the ticker
 * @param topics of which it has partitions
 * @param paused whether nothing is read at the moment
 * @param fenced whether another process has its name, and it reads no more
 */
record Snapshot(long at, Map<String, PromptLoad> topics, boolean paused, boolean fenced) {

    static final Snapshot NOTHING = new Snapshot(0, Map.of(), false, false);
    static final Snapshot FENCED = new Snapshot(0, Map.of(), false, true);

    PromptLoad load(String topic) {
        return topics.getOrDefault(topic, PromptLoad.NONE);
    }

    /** Of all its topics. */
    PromptLoad load() {
        return topics.values().stream().reduce(PromptLoad.NONE, PromptLoad::plus);
    }

    /** The same later, if nothing has happened since. */
    Snapshot until(long now) {
        Map<String, PromptLoad> later = topics.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, topic -> topic.getValue().after(now - at)));
        return new Snapshot(now, later, paused, fenced);
    }
}

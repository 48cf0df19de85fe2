package dev.echelon.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A store behind the {@link ResponseCache} that several processes share. Bind one in the Camel registry, and it is asked
 * when the cache has nothing, and told of every answer that is kept. Both must return at once; what fails or takes too
 * long counts as nothing found, and harms no request. Thread-safe.
 */
public interface SecondLevel {

    /**
     * An answer that is still to be used.
     *
     * @param age since a model gave it
     */
    record Found(CachedAnswer answer, Duration age) {}

    CompletionStage<Optional<Found>> find(AnswerKey key);

    /** @param ttl after which it must not be found any more */
    CompletionStage<Void> put(AnswerKey key, CachedAnswer answer, Duration ttl);
}

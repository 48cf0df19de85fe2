package dev.echelon.store;

import dev.echelon.domain.Ticker;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers for those who ask again, within bounds of number, size and age; beyond them the oldest goes first. (A cache
 * that prefers what was asked for often would be of no use here: each key is asked for once, and once more soon after.)
 * Thread-safe.
 */
final class KeptAnswers {

    private final IdempotencyStore.Bounds bounds;
    private final Ticker ticker;
    private final Map<AnswerKey, Kept> oldestFirst = new LinkedHashMap<>();
    private long size;
    private double share = 1;

    KeptAnswers(IdempotencyStore.Bounds bounds, Ticker ticker) {
        this.bounds = bounds;
        this.ticker = ticker;
    }

    private record Kept(String fingerprint, Recording answer, long size, long since) {}

    synchronized void put(AnswerKey key, String fingerprint, Recording answer, long bytes) {
        dropExpired();
        Kept before = oldestFirst.remove(key);
        size += bytes - (before == null ? 0 : before.size());
        oldestFirst.put(key, new Kept(fingerprint, answer, bytes, ticker.nanos()));
        dropBeyondBounds();
    }

    private void dropBeyondBounds() {
        Iterator<Kept> oldest = oldestFirst.values().iterator();
        while (oldestFirst.size() > bounds.maxEntries() * share || size > bounds.maxBytes() * share) {
            size -= oldest.next().size();
            oldest.remove();
        }
    }

    /** @param newShare of the bounds, 0 to 1 */
    synchronized void hold(double newShare) {
        share = newShare;
        dropBeyondBounds();
    }

    synchronized Flights.@Nullable Kept find(AnswerKey key) {
        dropExpired();
        Kept kept = oldestFirst.get(key);
        return kept == null ? null : new Flights.Kept(kept.fingerprint(), kept.answer());
    }

    synchronized int count() {
        dropExpired();
        return oldestFirst.size();
    }

    synchronized long size() {
        return size;
    }

    private void dropExpired() {
        long now = ticker.nanos();
        Iterator<Kept> oldest = oldestFirst.values().iterator();
        while (oldest.hasNext()) {
            Kept kept = oldest.next();
            if (now - kept.since() < bounds.ttl().toNanos()) {
                return;
            }
            size -= kept.size();
            oldest.remove();
        }
    }
}

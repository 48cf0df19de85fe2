package dev.echelon.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.JoinedAnswer;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole answers, for requests that ask the same again: within bounds of number, size and age; what is asked for often
 * stays, by W-TinyLFU. Equal requests that are under way share one call, as {@link Flights} does; a failure is shared with
 * nobody, see {@link #enter}. In memory, with a {@link SecondLevel} behind it where there is one. Thread-safe; nothing
 * blocks.
 */
public final class ResponseCache {

    private static final Logger LOG = LoggerFactory.getLogger(ResponseCache.class);

    /** An object of the cache's own for each entry. */
    private static final int NODE = 160;

    private final Cache<AnswerKey, Entry> entries;
    private final long maxWeight;
    private final Flights flights;
    private final Ticker ticker;
    private final Supplier<Optional<SecondLevel>> secondLevel;
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder expirations = new LongAdder();

    /** @param secondLevel asked for when it is first needed */
    public ResponseCache(Bounds bounds, Ticker ticker, Supplier<Optional<SecondLevel>> secondLevel) {
        this.ticker = ticker;
        this.secondLevel = secondLevel;
        this.maxWeight = bounds.maxBytes();
        this.flights = new Flights(bounds.maxBytes(), bounds.maxAnswerBytes());
        long share = (bounds.maxBytes() + bounds.maxEntries() - 1) / bounds.maxEntries();
        this.entries = Caffeine.newBuilder()
                // an entry weighs at least its equal share: so one weight bounds both number and size
                .maximumWeight(maxWeight)
                .weigher((AnswerKey key, Entry entry) ->
                        (int) Math.min(Integer.MAX_VALUE, Math.max(share, entry.bytes())))
                .expireAfter(Expiry.<AnswerKey, Entry>writing((key, entry) -> entry.ttl()))
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .removalListener(this::removed)
                .build();
    }

    /**
     * @param maxEntries answers that are kept; one that is larger than an equal share of {@code maxBytes} counts for more
     * @param maxBytes what they may take together; answers under way may take as much again
     * @param maxAnswerBytes what one may take; a larger one goes out all the same but is not kept
     */
    public record Bounds(int maxEntries, long maxBytes, long maxAnswerBytes) {}

    /** @param since when a model gave it, by the ticker */
    private record Entry(CachedAnswer answer, long since, Duration ttl, long bytes) {}

    /** An answer that was kept; {@code null} when there is none that is new enough. */
    public SecondLevel.@Nullable Found find(CacheQuery query) {
        if (query.wantsNew()) {
            return null;
        }
        Entry entry = entries.getIfPresent(query.key());
        if (entry == null) {
            return null;
        }
        Duration age = Duration.ofNanos(Math.max(0, ticker.nanos() - entry.since()));
        return age.compareTo(query.maxAge()) > 0 ? null : new SecondLevel.Found(entry.answer(), age);
    }

    /** As {@link #find}, in the second level; fails as that does. */
    public CompletionStage<Optional<SecondLevel.Found>> findBehind(CacheQuery query) {
        return secondLevel
                .get()
                .map(behind -> behind.find(query.key())
                        .thenApply(found -> found.filter(it -> it.age().compareTo(query.maxAge()) <= 0)))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    public boolean hasSecondLevel() {
        return secondLevel.get().isPresent();
    }

    /**
     * Takes a passenger aboard the flight under way or gives him what is kept; or makes him the first of a new flight. Who
     * can do neither, as he wants a new answer or that under way is of another form, gets a flight for himself.
     *
     * @return the new flight, which the caller must begin, and {@link Flight#land} in any case; {@code null} when there is
     *     nothing to do but to wait. A follower who is told of a failure has still his own try, with {@link #enterAlone}
     */
    public @Nullable Flight enter(CacheQuery query, Scheduler scheduler, Passenger passenger) {
        if (query.wantsNew()) {
            return enterAlone(query, scheduler, passenger);
        }
        Flights.Boarding boarding = flights.board(
                query.key(),
                query.form(),
                scheduler,
                passenger,
                () -> replay(query),
                (flight, outcome) -> keep(query, flight, outcome));
        if (boarding instanceof Flights.Boarding.Leads leads) {
            return leads.flight();
        }
        return boarding instanceof Flights.Boarding.Waits ? null : enterAlone(query, scheduler, passenger);
    }

    /** As {@link #enter}, for one who takes what is kept but shares nothing that is under way. */
    public @Nullable Flight enterApart(CacheQuery query, Scheduler scheduler, Passenger passenger) {
        Flights.Kept kept = replay(query);
        if (kept == null) {
            return enterAlone(query, scheduler, passenger);
        }
        passenger.replay(kept.answer());
        return null;
    }

    /** A flight that nobody else can get aboard; its answer is kept like any other. */
    public Flight enterAlone(CacheQuery query, Scheduler scheduler, Passenger passenger) {
        return flights.alone(
                query.key(), query.form(), scheduler, passenger, (flight, outcome) -> keep(query, flight, outcome));
    }

    private Flights.@Nullable Kept replay(CacheQuery query) {
        SecondLevel.Found found = find(query);
        return found == null
                ? null
                : new Flights.Kept(query.form(), Recording.of(found.answer(), found.age(), query.streamed()));
    }

    private void keep(CacheQuery query, Flight flight, Outcome outcome) {
        RouteInfo route = outcome.route();
        ChatResponse response = query.streamed() ? joined(flight.recording()) : outcome.response();
        CachedAnswer answer = CachedAnswer.of(response, route);
        if (answer == null || route == null) {
            return;
        }
        CacheUse use = route.cache();
        Duration left = query.ttl().minus(use.age());
        long size = answer.size() + AnswerSize.of(query.key()) + NODE;
        if (left.isNegative() || left.isZero() || !flights.isSmall(size)) {
            return;
        }
        bytes.addAndGet(size);
        entries.put(query.key(), new Entry(answer, ticker.nanos() - use.age().toNanos(), left, size));
        if (!use.answered()) {
            putBehind(query.key(), answer, left);
        }
    }

    private static @Nullable ChatResponse joined(Recording recording) {
        List<ChatChunk> chunks = recording.all();
        return chunks == null ? null : JoinedAnswer.of(chunks);
    }

    private void putBehind(AnswerKey key, CachedAnswer answer, Duration ttl) {
        secondLevel.get().ifPresent(behind -> {
            try {
                behind.put(key, answer, ttl).whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.debug("the second level of the response cache did not take an answer", failure);
                    }
                });
            } catch (RuntimeException broken) {
                LOG.debug("the second level of the response cache did not take an answer", broken);
            }
        });
    }

    private void removed(@Nullable AnswerKey key, @Nullable Entry entry, RemovalCause cause) {
        if (entry != null) {
            bytes.addAndGet(-entry.bytes());
        }
        if (cause == RemovalCause.SIZE) {
            evictions.increment();
        } else if (cause == RemovalCause.EXPIRED) {
            expirations.increment();
        }
    }

    /** @param share of its bounds that may be used from now on, 0 to 1; what is beyond goes at once */
    public void hold(double share) {
        entries.policy().eviction().ifPresent(eviction -> eviction.setMaximum((long) (maxWeight * share)));
    }

    /** Answers that are kept. */
    public long count() {
        entries.cleanUp();
        return entries.estimatedSize();
    }

    /** About how many bytes they take. */
    public long bytes() {
        return bytes.get();
    }

    /** Answers that had to go for others, since the start. */
    public long evictions() {
        return evictions.sum();
    }

    /** Answers that grew too old, since the start. */
    public long expirations() {
        return expirations.sum();
    }

    /** Questions whose answer is under way. */
    public int underWay() {
        return flights.underWay();
    }

    /** About how many bytes are recorded of answers under way. */
    public long recordingBytes() {
        return flights.recordingBytes();
    }
}

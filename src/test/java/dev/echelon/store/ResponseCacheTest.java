package dev.echelon.store;

import static dev.echelon.store.Caller.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.Lane;
import dev.echelon.domain.RouteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers are kept, for whom and for how long; who leads and who follows. */
class ResponseCacheTest {

    private static final Duration TTL = Duration.ofMinutes(5);

    private final VirtualLoop loop = new VirtualLoop();
    private final Shared shared = new Shared();
    private final ResponseCache cache = cache(1000, 10_000_000, 100_000);

    private ResponseCache cache(int entries, long bytes, long ofOne) {
        return new ResponseCache(
                new ResponseCache.Bounds(entries, bytes, ofOne), loop, () -> Optional.ofNullable(shared.orNot()));
    }

    /** A second level in memory that is there when the test says so. */
    private static final class Shared implements SecondLevel {

        final Map<AnswerKey, CachedAnswer> puts = new HashMap<>();
        final List<Duration> ttls = new ArrayList<>();
        boolean bound;

        @Nullable
        Shared orNot() {
            return bound ? this : null;
        }

        @Override
        public CompletionStage<Optional<Found>> find(AnswerKey key) {
            return CompletableFuture.completedFuture(
                    Optional.ofNullable(puts.get(key)).map(it -> new Found(it, Duration.ofSeconds(7))));
        }

        @Override
        public CompletionStage<Void> put(AnswerKey key, CachedAnswer answer, Duration ttl) {
            puts.put(key, answer);
            ttls.add(ttl);
            return CompletableFuture.failedFuture(new IllegalStateException("but it did"));
        }
    }

    private static CacheQuery query(String question) {
        return query(question, false, TTL);
    }

    private static CacheQuery query(String question, boolean streamed, Duration maxAge) {
        return new CacheQuery(new AnswerKey("t", "p", question), streamed, Lane.INTERACTIVE, maxAge, TTL);
    }

    private Asker ask(CacheQuery query) {
        return new Asker(cache, query);
    }

    /** Someone who asks the cache. */
    private final class Asker {

        final Caller caller = new Caller(loop, route -> route.fromCache(CacheUse.COALESCED));

        @Nullable
        final Flight flight;

        Asker(ResponseCache from, CacheQuery query) {
            flight = from.enter(query, loop, caller.passenger);
            if (flight == null) {
                caller.passenger.follow(Duration.ofSeconds(60).toNanos());
            }
        }

        boolean leads() {
            return flight != null;
        }

        void land(Outcome outcome) {
            Objects.requireNonNull(flight, "does not lead").land(outcome);
            loop.run();
        }

        CacheUse use() {
            return Objects.requireNonNull(caller.outcome().route()).cache();
        }
    }

    @Test
    void anAnswerIsKeptForAsLongAsItMayBeAndTellsItsAge() {
        ask(query("q")).land(answer("hello"));
        loop.run(Duration.ofSeconds(299));

        SecondLevel.Found found = Objects.requireNonNull(cache.find(query("q")));
        assertThat(found.answer().response().text()).isEqualTo("hello");
        assertThat(found.age()).isEqualTo(Duration.ofSeconds(299));
        assertThat(cache.find(query("q", false, Duration.ofSeconds(298)))).isNull();
        assertThat(cache.find(query("q", false, Duration.ZERO))).isNull();
        assertThat(cache.find(query("another"))).isNull();

        loop.run(Duration.ofSeconds(1));
        assertThat(cache.find(query("q"))).isNull();
        assertThat(cache.count()).isZero();
        assertThat(cache.bytes()).isZero();
        assertThat(cache.expirations()).isOne();
    }

    @Test
    void tenantsAndTargetsShareNothing() {
        ask(query("q")).land(answer("hello"));

        for (AnswerKey key : List.of(new AnswerKey("u", "p", "q"), new AnswerKey("t", "p2", "q"))) {
            assertThat(cache.find(new CacheQuery(key, false, Lane.INTERACTIVE, TTL, TTL)))
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"stop, 1", "tool_calls, 1", "function_call, 1", "length, 0", "content_filter, 0", "odd, 0", ", 0"})
    void onlyAnAnswerThatCameToItsOwnEndIsKept(@Nullable String reason, int kept) {
        ChatResponse.Choice choice =
                new ChatResponse.Choice(0, JsonText.of("x"), List.of(), reason, Map.of(), Map.of());
        ChatResponse response = new ChatResponse("id", "m", 1, List.of(choice), null, "openai", Map.of());
        ask(query("q")).land(new Outcome(response, null, Caller.ROUTE, null, false));

        assertThat(cache.count()).isEqualTo(kept);
    }

    @Test
    void aFailureIsNotKeptAndWhoWaitedHasHisOwnTry() {
        Asker first = ask(query("q"));
        Asker second = ask(query("q"));
        assertThat(first.leads()).isTrue();
        assertThat(second.leads()).isFalse();

        first.land(Outcome.failed(FailureKind.SERVER_ERROR, "down"));

        assertThat(second.caller.outcome().failure()).isNotNull();
        Caller again = new Caller(loop, RouteInfo::asReplay);
        Flight alone = cache.enterAlone(query("q"), loop, again.passenger);
        assertThat(ask(query("q")).leads())
                .as("a flight of one's own is nobody else's")
                .isTrue();
        alone.land(answer("hello"));
        loop.run();
        assertThat(again.outcome().response()).isNotNull();
        assertThat(cache.find(query("q"))).isNotNull();
    }

    @Test
    void equalQuestionsUnderWayAreOneCall() {
        Asker first = ask(query("q"));
        Asker second = ask(query("q"));
        Asker other = ask(query("other"));
        assertThat(List.of(first.leads(), second.leads(), other.leads())).containsExactly(true, false, true);

        first.land(answer("hello"));

        assertThat(second.caller.outcome().response())
                .isEqualTo(first.caller.outcome().response());
        assertThat(second.use()).isEqualTo(CacheUse.COALESCED);
        Asker third = ask(query("q"));
        loop.run();
        assertThat(third.use().result()).isEqualTo(CacheUse.Result.HIT);
        assertThat(Objects.requireNonNull(third.caller.outcome().route()).attempts())
                .isZero();
        assertThat(cache.underWay()).isOne();
    }

    @Test
    void whoIsUrgentOrWantsAnotherFormDoesNotWaitForTheFirst() {
        ask(query("q"));
        AnswerKey key = query("q").key();

        assertThat(ask(new CacheQuery(key, false, Lane.BATCH, TTL, TTL)).leads())
                .isTrue();
        assertThat(ask(query("q", true, TTL)).leads()).isTrue();
        assertThat(ask(query("q", false, Duration.ZERO)).leads()).isTrue();
        assertThat(ask(query("q", false, Duration.ofSeconds(1))).leads())
                .as("what is under way is young enough")
                .isFalse();
    }

    @Test
    void aStreamIsKeptAsAWholeAndReplayedAsEvents() {
        Asker first = ask(query("q", true, TTL));
        Flight flight = Objects.requireNonNull(first.flight);
        flight.begin(Caller.ROUTE);
        flight.chunk(Caller.chunk("hel"));
        flight.chunk(Caller.chunk("lo"));
        ChatChunk.Delta end = new ChatChunk.Delta(0, null, null, List.of(), "stop", Map.of(), Map.of());
        flight.chunk(new ChatChunk("id", "m", 1, List.of(end), null, "openai", Map.of()));
        first.caller.room = 100;
        first.land(Caller.streamed());

        SecondLevel.Found found = Objects.requireNonNull(cache.find(query("q")));
        assertThat(found.answer().response().text()).isEqualTo("hello");
        Asker again = ask(query("q", true, TTL));
        loop.run();
        assertThat(String.join("", again.caller.texts)).isEqualTo("hello");
        assertThat(again.caller.begun).hasSize(1);
        assertThat(again.caller.begun.get(0).cache().result()).isEqualTo(CacheUse.Result.HIT);
        assertThat(again.caller.outcome().response()).isNull();
    }

    @Test
    void aStreamThatWasCutIsNotKept() {
        Asker first = ask(query("q", true, TTL));
        Flight flight = Objects.requireNonNull(first.flight);
        flight.begin(Caller.ROUTE);
        flight.chunk(Caller.chunk("hel"));
        first.land(Caller.streamed());

        assertThat(cache.count()).as("no choice said why it ended").isZero();
    }

    @Test
    void numberAndSizeAreBounded() {
        ResponseCache small = cache(10, 100_000, 100_000);
        for (int i = 0; i < 100; i++) {
            new Asker(small, query("q" + i)).land(answer("x"));
        }
        assertThat(small.count()).isBetween(1L, 10L);
        assertThat(small.evictions()).isEqualTo(100 - small.count());

        for (int i = 0; i < 100; i++) {
            new Asker(small, query("large" + i)).land(answer("x".repeat(15_000)));
            assertThat(small.bytes()).isLessThanOrEqualTo(100_000);
        }
        assertThat(small.count()).isBetween(1L, 3L);
    }

    @Test
    void anAnswerThatIsTooLargeIsGivenButNotKept() {
        ResponseCache small = cache(10, 100_000, 10_000);
        Asker first = new Asker(small, query("q"));
        first.land(answer("x".repeat(6_000)));

        assertThat(first.caller.outcome().response()).isNotNull();
        assertThat(small.count()).isZero();
    }

    @Test
    void whatIsAskedForOftenStaysWhileOthersPass() {
        ResponseCache small = cache(100, 1_000_000, 100_000);
        new Asker(small, query("often")).land(answer("x"));
        for (int i = 0; i < 1_000; i++) {
            assertThat(small.find(query("often"))).as("after %d others", i).isNotNull();
            new Asker(small, query("once" + i)).land(answer("x"));
        }
    }

    @Test
    void shortMemoryTakesAwayAShareAndGivesItBack() {
        ResponseCache small = cache(100, 1_000_000, 100_000);
        for (int i = 0; i < 100; i++) {
            new Asker(small, query("q" + i)).land(answer("x"));
        }
        assertThat(small.count()).isGreaterThan(90);

        small.hold(0.5);
        assertThat(small.count()).isBetween(40L, 50L);
        small.hold(0);
        assertThat(small.count()).isZero();
        assertThat(small.bytes()).isZero();
        new Asker(small, query("q")).land(answer("x"));
        assertThat(small.count()).as("nothing is taken up").isZero();

        small.hold(1);
        new Asker(small, query("q")).land(answer("x"));
        assertThat(small.count()).isOne();
    }

    @Test
    void theSecondLevelIsToldOfWhatModelsAnsweredAndAskedForTheRest() {
        shared.bound = true;
        ask(query("q")).land(answer("hello"));
        assertThat(shared.puts).containsOnlyKeys(query("q").key());
        assertThat(shared.ttls).containsExactly(TTL);

        ResponseCache another = cache(10, 100_000, 100_000);
        SecondLevel.Found found =
                another.findBehind(query("q")).toCompletableFuture().join().orElseThrow();
        assertThat(found.answer().response().text()).isEqualTo("hello");
        assertThat(another.findBehind(query("q", false, Duration.ofSeconds(6)))
                        .toCompletableFuture()
                        .join())
                .as("it is older than that")
                .isEmpty();

        new Asker(another, query("q")).land(found.answer().outcome(found.age(), false));
        assertThat(shared.ttls).as("it knows that already").hasSize(1);
        loop.run(Duration.ofSeconds(292));
        assertThat(Objects.requireNonNull(another.find(query("q"))).age()).isEqualTo(Duration.ofSeconds(299));
        loop.run(Duration.ofSeconds(1));
        assertThat(another.find(query("q"))).isNull();
    }
}

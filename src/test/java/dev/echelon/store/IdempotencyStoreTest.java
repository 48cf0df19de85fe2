package dev.echelon.store;

import static dev.echelon.store.Caller.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who leads, who follows, what is kept and for how long. */
class IdempotencyStoreTest {

    private static final Duration TTL = Duration.ofHours(24);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final VirtualLoop loop = new VirtualLoop();
    private final IdempotencyStore store = store(3, 100_000, 50_000);

    private IdempotencyStore store(int entries, long bytes, long ofOne) {
        return new IdempotencyStore(new IdempotencyStore.Bounds(TTL, entries, bytes, ofOne), loop);
    }

    private Caller call(String key) throws ModelFailure {
        return new Caller(loop).enter(store, loop, key);
    }

    /** Asks alone and is answered. */
    private void answered(String key, String text) throws ModelFailure {
        call(key).flight().land(answer(text));
        loop.run();
    }

    private static AnswerKey key(String tenant, String target, String key) {
        return new AnswerKey(tenant, target, key);
    }

    @Test
    void theFirstLeadsTheOthersGetTheSameAnswerAsAReplay() throws Exception {
        Caller first = call("k");
        Caller second = call("k");
        Caller third = call("k");
        assertThat(List.of(first.leads(), second.leads(), third.leads())).containsExactly(true, false, false);
        loop.run();
        assertThat(second.outcomes).isEmpty();

        Outcome good = answer("hello");
        first.flight().land(good);
        loop.run();

        assertThat(first.outcome()).isEqualTo(good);
        assertThat(second.outcome()).isEqualTo(good.routed(RouteInfo::asReplay));
        assertThat(third.outcome()).isEqualTo(good.routed(RouteInfo::asReplay));
        assertThat(good.routed(RouteInfo::asReplay).route())
                .satisfies(it -> assertThat(it.replayed()).isTrue());
    }

    @Test
    void whoComesLaterGetsWhatWasKeptUntilItsTimeIsOver() throws Exception {
        answered("k", "hello");
        loop.run(TTL.minusNanos(1));

        Caller later = call("k");
        loop.run();
        assertThat(later.outcome()).isEqualTo(answer("hello").routed(RouteInfo::asReplay));

        loop.run(Duration.ofNanos(1));
        assertThat(call("k").leads()).isTrue();
        assertThat(store.keptBytes()).isZero();
    }

    @Test
    void anotherRequestWithTheSameKeyIsAConflictUnderWayAndAfterwards() throws Exception {
        Caller first = call("k");
        assertReused("k");

        first.flight().land(answer("hello"));
        loop.run();
        assertReused("k");
    }

    private void assertReused(String key) {
        assertThatThrownBy(() -> new Caller(loop).enter(store, loop, key("t", "p", key), "another", LONG))
                .isInstanceOfSatisfying(ModelFailure.class, it -> {
                    assertThat(it.status()).isEqualTo(409);
                    assertThat(it.code()).isEqualTo("idempotency_key_reused");
                });
    }

    @Test
    void tenantsTargetsAndKeysDoNotMeet() throws Exception {
        answered("k", "hello");
        for (AnswerKey other : List.of(key("u", "p", "k"), key("t", "q", "k"), key("t", "p", "l"))) {
            assertThat(new Caller(loop)
                            .enter(store, loop, other, "another", LONG)
                            .leads())
                    .isTrue();
        }
    }

    @Test
    void aFailureIsForAllWhoWaitAndForNobodyElse() throws Exception {
        Caller first = call("k");
        Caller second = call("k");
        Outcome bad = Outcome.failed(FailureKind.SERVER_ERROR, "down");

        first.flight().land(bad);
        loop.run();

        assertThat(first.outcome().failure()).isSameAs(bad.failure());
        assertThat(second.outcome().failure()).isSameAs(bad.failure());
        assertThat(store.kept()).isZero();
        assertThat(new Caller(loop)
                        .enter(store, loop, key("t", "p", "k"), "another", LONG)
                        .leads())
                .isTrue();
    }

    @Test
    void theCallGoesOnWithoutTheOneWhoLedAsLongAsSomeoneWaits() throws Exception {
        Caller first = call("k");
        Caller second = call("k");

        first.passenger.leave();
        loop.run();
        assertThat(first.flight().cancellation().isCancelled()).isFalse();
        assertThat(first.outcomes).isEmpty();

        first.flight().land(answer("hello"));
        loop.run();
        assertThat(first.outcome().failure()).isInstanceOfSatisfying(ModelFailure.class, it -> assertThat(it.kind())
                .isEqualTo(FailureKind.CANCELLED));
        assertThat(second.outcome()).isEqualTo(answer("hello").routed(RouteInfo::asReplay));
    }

    @Test
    void theLastToLeaveCancelsTheCallAndFreesTheKey() throws Exception {
        Caller first = call("k");
        Caller second = call("k");
        first.passenger.leave();
        second.passenger.leave();
        loop.run();

        assertThat(first.flight().cancellation().isCancelled()).isTrue();
        assertThat(second.outcomes).hasSize(1);
        assertThat(store.underWay()).isZero();
        Caller next = call("k");
        assertThat(next.leads()).isTrue();

        // what the given up call still brings is nobody's
        first.flight().land(answer("late"));
        loop.run();
        assertThat(store.kept()).isZero();
        assertThat(store.underWay()).isOne();
        next.flight().land(answer("new"));
        loop.run();
        assertThat(next.outcome()).isEqualTo(answer("new"));
    }

    @Test
    void whoRunsOutOfTimeLeavesAlone() throws Exception {
        Caller first = call("k");
        Caller hasty = new Caller(loop).enter(store, loop, key("t", "p", "k"), "fingerprint", Duration.ofSeconds(2));
        Caller patient = call("k");

        loop.run(Duration.ofSeconds(2));
        assertThat(hasty.outcome().failure()).isInstanceOfSatisfying(ModelFailure.class, it -> assertThat(it.status())
                .isEqualTo(504));
        assertThat(patient.outcomes).isEmpty();

        first.flight().land(answer("hello"));
        loop.run(LONG);
        assertThat(patient.outcome()).isEqualTo(answer("hello").routed(RouteInfo::asReplay));
        assertThat(hasty.outcomes).hasSize(1);
    }

    @Test
    void aCallerWhoFailsOnHearingOfTheEndKeepsItFromNobody() throws Exception {
        List<Outcome> heard = new ArrayList<>();
        AtOnce thread = new AtOnce();
        Passenger first = new Passenger(thread, null, RouteInfo::asReplay, outcome -> {
            throw new IllegalStateException("broken");
        });
        Flight flight = Objects.requireNonNull(store.enter(key("t", "p", "k"), "f", thread, first));
        for (int i = 0; i < 10; i++) {
            Passenger other = new Passenger(thread, null, RouteInfo::asReplay, heard::add);
            assertThat(store.enter(key("t", "p", "k"), "f", thread, other)).isNull();
            other.follow(LONG.toNanos());
        }

        flight.land(answer("hello"));

        assertThat(heard).hasSize(10);
        assertThat(store.underWay()).isZero();
    }

    @Test
    void theOldestGoesFirstWhenThereAreTooMany() throws Exception {
        for (String key : List.of("a", "b", "c", "d")) {
            answered(key, "hello");
        }

        assertThat(store.kept()).isEqualTo(3);
        assertThat(call("a").leads()).isTrue();
        for (String key : List.of("b", "c", "d")) {
            assertThat(call(key).leads()).isFalse();
        }
    }

    @Test
    void theOldestGoesFirstWhenTheyAreTooLarge() throws Exception {
        String text = "x".repeat(20_000);
        for (String key : List.of("a", "b", "c")) {
            answered(key, text);
        }

        assertThat(store.keptBytes()).isBetween(2 * 40_000L, 100_000L);
        assertThat(call("a").leads()).isTrue();
        assertThat(call("b").leads()).isFalse();
        assertThat(call("c").leads()).isFalse();
    }

    @Test
    void anAnswerThatIsTooLargeIsGivenToAllWhoWaitAndNotKept() throws Exception {
        Caller first = call("k");
        Caller second = call("k");
        Outcome large = answer("x".repeat(30_000));
        first.flight().land(large);
        loop.run();

        assertThat(second.outcome()).isEqualTo(large.routed(RouteInfo::asReplay));
        assertThat(store.kept()).isZero();
        assertThat(store.underWay()).isZero();
    }

    @Test
    void manyThreadsWithOneKeyMakeOneCall() throws Exception {
        IdempotencyStore shared = store(1000, 100_000_000, 50_000);
        AtomicInteger flights = new AtomicInteger();
        Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        int keys = 300;
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Callable<Void> all = () -> {
                for (int key = 0; key < keys; key++) {
                    Passenger passenger = new Passenger(new AtOnce(), null, RouteInfo::asReplay, outcomes::add);
                    Flight flight = shared.enter(key("t", "p", "k" + key), "f", new AtOnce(), passenger);
                    if (flight == null) {
                        passenger.follow(LONG.toNanos());
                    } else {
                        flights.incrementAndGet();
                        flight.land(answer("to " + key));
                    }
                }
                return null;
            };
            tasks.add(threads.submit(all));
        }
        for (Future<?> task : tasks) {
            task.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(flights).hasValue(keys);
        assertThat(outcomes).hasSize(8 * keys);
        assertThat(outcomes.stream().map(it -> it.response()).distinct()).hasSize(keys);
        assertThat(shared.underWay()).isZero();
        assertThat(shared.recordingBytes()).isZero();
    }

    /** Runs everything on the thread that asks, one at a time, and no timer. */
    private static final class AtOnce implements Scheduler {

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            if (delayNanos <= 0) {
                execute(task);
            }
            return Timer.NONE;
        }

        @Override
        public synchronized void execute(Runnable task) {
            task.run();
        }
    }
}

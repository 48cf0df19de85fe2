package dev.echelon.store;

import static dev.echelon.store.Caller.chunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One stream for several readers, each at his own pace. */
class SharedStreamTest {

    /** A chunk that takes about 20 kB. */
    private static final String LARGE = "x".repeat(10_000);

    private final VirtualLoop loop = new VirtualLoop();
    private final IdempotencyStore store =
            new IdempotencyStore(new IdempotencyStore.Bounds(Duration.ofHours(1), 10, 2_000_000, 1_000_000), loop);
    private final List<String> resumed = new ArrayList<>();

    private Caller call() throws ModelFailure {
        return new Caller(loop).enter(store, loop, "k");
    }

    private Caller callWithRoomFor(int chunks) throws ModelFailure {
        Caller caller = new Caller(loop);
        caller.room = chunks;
        return caller.enter(store, loop, "k");
    }

    /** What the call does with a chunk: it stops when there is no room, until it is told to go on. */
    private boolean send(Flight flight, String text) {
        if (!flight.begun()) {
            flight.begin(Caller.ROUTE);
        }
        boolean room = flight.chunk(chunk(text));
        loop.run();
        return room;
    }

    private boolean hasRoom(Flight flight) {
        resumed.clear();
        flight.onDrain(() -> resumed.add("resumed"));
        loop.run();
        return !resumed.isEmpty();
    }

    @Test
    void whoComesInMidStreamGetsItFromTheBeginningAndWhoComesLaterAllOfIt() throws Exception {
        Caller first = call();
        send(first.flight(), "a");
        send(first.flight(), "b");
        Caller second = call();
        loop.run();
        assertThat(second.texts).containsExactly("a", "b");

        send(first.flight(), "c");
        first.flight().land(Caller.streamed());
        loop.run();
        Caller third = call();
        loop.run();

        for (Caller caller : List.of(first, second, third)) {
            assertThat(caller.texts).containsExactly("a", "b", "c");
            assertThat(caller.outcome().failure()).isNull();
        }
        assertThat(first.begun).containsExactly(Caller.ROUTE);
        assertThat(second.begun).containsExactly(Caller.ROUTE.asReplay());
        assertThat(third.begun).containsExactly(Caller.ROUTE.asReplay());
        assertThat(store.recordingBytes()).isZero();
    }

    @Test
    void aBreakInMidStreamReachesAllAfterWhatCameBeforeIt() throws Exception {
        Caller first = call();
        Caller second = call();
        send(first.flight(), "a");
        Outcome broken = Outcome.failed(FailureKind.NETWORK_ERROR, "cut");
        first.flight().land(broken);
        loop.run();

        for (Caller caller : List.of(first, second)) {
            assertThat(caller.texts).containsExactly("a");
            assertThat(caller.outcome().failure()).isSameAs(broken.failure());
        }
        assertThat(call().leads()).isTrue();
        assertThat(store.recordingBytes()).isZero();
    }

    @Test
    void aloneTheReaderHoldsTheUpstreamBack() throws Exception {
        Caller first = callWithRoomFor(2);
        assertThat(send(first.flight(), "a")).isTrue();
        send(first.flight(), "b");
        assertThat(hasRoom(first.flight())).isFalse();

        first.drain(5);
        loop.run();

        assertThat(resumed).isNotEmpty();
        assertThat(send(first.flight(), "c")).isTrue();
    }

    @Test
    void theFastestReaderSetsThePaceWhetherHeLeadsOrFollows() throws Exception {
        Caller slowLeader = callWithRoomFor(1);
        Caller slow = callWithRoomFor(1);
        Caller fast = call();
        Flight flight = slowLeader.flight();
        for (int i = 0; i < 50; i++) {
            send(flight, "t" + i);
            assertThat(hasRoom(flight)).isTrue();
        }
        assertThat(fast.texts).hasSize(50);
        assertThat(slow.texts).hasSize(1);

        fast.passenger.leave();
        loop.run();
        assertThat(hasRoom(flight)).as("only slow ones are left").isFalse();

        slow.drain(100);
        loop.run();
        assertThat(resumed).isNotEmpty();
        assertThat(slow.texts).hasSize(50);
        flight.land(Caller.streamed());
        loop.run();
        assertThat(slow.outcome().failure()).isNull();
        assertThat(slowLeader.outcomes).isEmpty();

        slowLeader.drain(100);
        loop.run();
        assertThat(slowLeader.texts).isEqualTo(slow.texts);
        assertThat(slowLeader.outcome().failure()).isNull();
    }

    @Test
    void aNewcomerWithRoomSetsAHeldUpstreamGoing() throws Exception {
        Caller first = callWithRoomFor(1);
        send(first.flight(), "a");
        assertThat(hasRoom(first.flight())).isFalse();

        call();
        loop.run();

        assertThat(resumed).isNotEmpty();
    }

    @Test
    void whoHasReadTheFirstChunkHasNoDeadlineAnyMore() throws Exception {
        Caller first = call();
        Caller second = call();
        send(first.flight(), "a");
        loop.run(Duration.ofHours(1));
        first.flight().land(Caller.streamed());
        loop.run();

        assertThat(second.outcome().failure()).isNull();
    }

    @Test
    void aReaderThatFailsIsNobodyElsesConcern() throws Exception {
        Caller first = call();
        List<Outcome> heard = new ArrayList<>();
        Passenger broken = new Passenger(loop, new BrokenSink(), RouteInfo::asReplay, heard::add);
        assertThat(store.enter(new AnswerKey("t", "p", "k"), "fingerprint", loop, broken))
                .isNull();
        broken.follow(1_000_000_000);

        assertThat(send(first.flight(), "a")).isTrue();
        first.flight().land(Caller.streamed());
        loop.run();

        assertThat(first.outcome().failure()).isNull();
        assertThat(heard).singleElement().satisfies(it -> assertThat(it.failure())
                .hasMessage("broken"));
    }

    @Test
    void anAnswerBeyondTheBoundIsReadWholeByItsReaderHoweverSlow() throws Exception {
        Caller first = callWithRoomFor(1);
        List<String> sent = IntStream.range(0, 100).mapToObj(i -> i + LARGE).toList();
        for (int i = 0; i < sent.size(); i++) {
            send(first.flight(), sent.get(i));
            // what has been read from the upstream still comes when it has been told to wait
            while (i % 20 == 19 && !hasRoom(first.flight())) {
                first.drain(1);
                loop.run();
            }
        }
        first.flight().land(Caller.streamed());
        loop.run();
        while (first.outcomes.isEmpty()) {
            first.drain(1);
            loop.run();
        }

        assertThat(first.texts).isEqualTo(sent);
        assertThat(first.outcome().failure()).isNull();
        assertThat(store.kept()).isZero();
        assertThat(store.recordingBytes()).isZero();
        assertThat(call().leads()).isTrue();
    }

    @Test
    void beyondTheBoundNobodyElseGetsAboardAndWhoIsFarBehindIsCutOff() throws Exception {
        Caller first = call();
        Caller second = call();
        Caller slow = callWithRoomFor(1);
        for (int i = 0; i < 100; i++) {
            assertThat(send(first.flight(), i + LARGE)).isTrue();
        }
        assertThatThrownBy(this::call).isInstanceOfSatisfying(ModelFailure.class, it -> {
            assertThat(it.status()).isEqualTo(409);
            assertThat(it.code()).isEqualTo("idempotency_key_in_use");
        });
        slow.drain(Integer.MAX_VALUE);
        loop.run();
        assertThat(slow.outcome().failure()).isInstanceOf(ModelFailure.class);
        assertThat(slow.texts).hasSize(1);
        assertThat(store.recordingBytes()).isZero();

        first.flight().land(Caller.streamed());
        loop.run();
        assertThat(first.texts).hasSize(100);
        assertThat(second.texts).isEqualTo(first.texts);
        assertThat(second.outcome().failure()).isNull();
    }

    @Test
    void beyondTheBoundWhoIsALittleBehindLosesNothing() throws Exception {
        Caller first = call();
        Caller behind = callWithRoomFor(1);
        for (int i = 0; i < 100; i++) {
            send(first.flight(), i + LARGE);
            if (i % 5 == 4) {
                behind.drain(5);
                loop.run();
            }
        }
        first.flight().land(Caller.streamed());
        loop.run();

        assertThat(behind.texts).hasSize(100).isEqualTo(first.texts);
        assertThat(behind.outcome().failure()).isNull();
    }

    @Test
    void allRecordingsTogetherAreBoundedToo() throws Exception {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            callers.add(new Caller(loop).enter(store, loop, "k" + i));
        }
        for (int i = 0; i < 30; i++) {
            for (Caller caller : callers) {
                send(caller.flight(), i + LARGE);
            }
        }

        assertThat(store.recordingBytes()).isBetween(1_000_000L, 2_000_000L);
        callers.forEach(caller -> caller.flight().land(Caller.streamed()));
        loop.run();
        assertThat(callers).allSatisfy(it -> assertThat(it.texts).hasSize(30));
        assertThat(store.kept()).isBetween(2, 4);
        assertThat(store.recordingBytes()).isZero();
    }

    private static final class BrokenSink implements AnswerSink {

        @Override
        public void begin(RouteInfo info) {}

        @Override
        public boolean chunk(ChatChunk chunk) {
            throw new IllegalStateException("broken");
        }

        @Override
        public void onDrain(Runnable listener) {}
    }
}

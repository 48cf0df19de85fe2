package dev.echelon.store;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Someone who asks with a key, and remembers what he is told. He takes as many chunks as he has room for. */
final class Caller implements AnswerSink {

    static final RouteInfo ROUTE = new RouteInfo("p", "g.e/a:m", "g.e", 1, 1, "");

    final List<String> texts = new ArrayList<>();
    final List<RouteInfo> begun = new ArrayList<>();
    final List<Outcome> outcomes = new ArrayList<>();
    final Passenger passenger;
    int room = Integer.MAX_VALUE;

    @Nullable
    private Runnable drained;

    @Nullable
    private Flight flight;

    Caller(VirtualLoop loop) {
        this(loop, RouteInfo::asReplay);
    }

    Caller(VirtualLoop loop, UnaryOperator<RouteInfo> secondHand) {
        passenger = new Passenger(loop, this, secondHand, outcomes::add);
    }

    Caller enter(IdempotencyStore store, VirtualLoop loop, String key) throws ModelFailure {
        return enter(store, loop, new AnswerKey("t", "p", key), "fingerprint", Duration.ofSeconds(60));
    }

    Caller enter(IdempotencyStore store, VirtualLoop loop, AnswerKey key, String fingerprint, Duration timeout)
            throws ModelFailure {
        flight = store.enter(key, fingerprint, loop, passenger);
        if (flight == null) {
            passenger.follow(timeout.toNanos());
        }
        return this;
    }

    boolean leads() {
        return flight != null;
    }

    Flight flight() {
        return Objects.requireNonNull(flight, "does not lead");
    }

    Outcome outcome() {
        if (outcomes.size() != 1) {
            throw new AssertionError("heard of " + outcomes.size() + " ends");
        }
        return outcomes.get(0);
    }

    /** The reader has taken what he had, and has room for more. */
    void drain(int more) {
        room = more;
        Runnable listener = Objects.requireNonNull(drained, "did not wait");
        drained = null;
        listener.run();
    }

    @Override
    public void begin(RouteInfo info) {
        begun.add(info);
    }

    @Override
    public boolean chunk(ChatChunk chunk) {
        String text = chunk.choices().get(0).content();
        if (text != null) {
            texts.add(text);
        }
        room--;
        return room > 0;
    }

    @Override
    public void onDrain(Runnable listener) {
        drained = listener;
    }

    static ChatChunk chunk(String text) {
        ChatChunk.Delta delta = new ChatChunk.Delta(0, null, text, List.of(), null, Map.of(), Map.of());
        return new ChatChunk("id", "m", 1, List.of(delta), null, ChatRequest.OPENAI, Map.of());
    }

    static Outcome answer(String text) {
        ChatResponse.Choice choice =
                new ChatResponse.Choice(0, JsonText.of(text), List.of(), "stop", Map.of(), Map.of());
        return new Outcome(
                new ChatResponse("id", "m", 1, List.of(choice), null, ChatRequest.OPENAI, Map.of()),
                null,
                ROUTE,
                null,
                false);
    }

    static Outcome streamed() {
        return new Outcome(null, null, ROUTE, null, false);
    }
}

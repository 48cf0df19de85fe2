package dev.echelon.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A stream of tokens at a pace, whole or broken after some of them. It writes no faster than the other side reads.
 *
 * @param tokens how many
 * @param interval from one to the next
 * @param stamped whether a token is the {@link System#nanoTime} of its writing instead of {@code t0 }, {@code t1 }...
 * @param breakAt after how many tokens the end comes that is not the ordinary one; all of them: before the closing
 *     events
 * @param end what happens then; {@code null} for the ordinary end
 */
public record StreamBehaviour(int tokens, Duration interval, boolean stamped, int breakAt, Consumer<FakeCall> end)
        implements Behaviour {

    private static final Duration FULL = Duration.ofMillis(2);

    static StreamBehaviour of(int tokens, Duration interval) {
        return new StreamBehaviour(tokens, interval, false, tokens, null);
    }

    /** Every token tells when it was written: nanoseconds of this JVM and a space. */
    public StreamBehaviour stamps() {
        return new StreamBehaviour(tokens, interval, true, breakAt, end);
    }

    /** Closes the connection after so many tokens, in the ordinary way but inside the answer. */
    public StreamBehaviour cutAfter(int count) {
        return breaking(count, FakeCall::close);
    }

    /** Resets the connection after so many tokens. */
    public StreamBehaviour resetAfter(int count) {
        return breaking(count, FakeCall::reset);
    }

    /** Says nothing more after so many tokens, and keeps the connection. */
    public StreamBehaviour stallAfter(int count) {
        return breaking(count, call -> {});
    }

    /** Ends the answer cleanly after so many tokens, but without the events that say that it is complete. */
    public StreamBehaviour unfinishedAfter(int count) {
        return breaking(count, FakeCall::end);
    }

    /** Sends this text after so many tokens, and then goes on: a broken event, an error event, a comment. */
    public Behaviour insertAfter(int count, String text) {
        return call -> new Run(call, this, count, text).begin();
    }

    @Override
    public void answer(FakeCall call) {
        new Run(call, this, -1, "").begin();
    }

    private StreamBehaviour breaking(int count, Consumer<FakeCall> newEnd) {
        return new StreamBehaviour(tokens, interval, stamped, Math.min(count, tokens), newEnd);
    }

    /** One stream on its way. */
    private static final class Run {

        private final FakeCall call;
        private final StreamBehaviour behaviour;
        private final int insertAt;
        private final String insert;
        private final WireFormat format;
        private long beganAt;
        private int next;

        Run(FakeCall call, StreamBehaviour behaviour, int insertAt, String insert) {
            this.call = call;
            this.behaviour = behaviour;
            this.insertAt = insertAt;
            this.insert = insert;
            this.format = WireFormat.of(call.seen());
        }

        void begin() {
            beganAt = System.nanoTime();
            call.start(200, Map.of("content-type", "text/event-stream"));
            format.opening(call.seen()).forEach(call::chunk);
            go();
        }

        private void go() {
            while (next < behaviour.breakAt()) {
                long wait = beganAt + next * behaviour.interval().toNanos() - System.nanoTime();
                if (wait > 0) {
                    call.later(Duration.ofNanos(wait), this::go);
                    return;
                }
                if (!call.writable()) {
                    call.later(FULL, this::go);
                    return;
                }
                if (call.over()) {
                    return;
                }
                step();
            }
            if (behaviour.end() != null) {
                behaviour.end().accept(call);
                return;
            }
            insertIfDue();
            List<String> closing = format.closing(call.seen(), behaviour.tokens());
            closing.forEach(call::chunk);
            call.end();
        }

        private void step() {
            insertIfDue();
            String token = behaviour.stamped() ? System.nanoTime() + " " : "t" + next + " ";
            call.chunk(format.token(call.seen(), token));
            next++;
        }

        private void insertIfDue() {
            if (next == insertAt) {
                call.chunk(insert);
            }
        }
    }
}

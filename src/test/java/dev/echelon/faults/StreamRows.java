package dev.echelon.faults;

import dev.echelon.faults.Row.ComesBack;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeCall;
import dev.echelon.testing.StatusBehaviour;
import dev.echelon.testing.StreamBehaviour;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Faults of streams. Before the first token they are invisible, after it the stream is broken off. */
final class StreamRows {

    private static final StreamBehaviour FIVE = Behaviour.stream(5, Duration.ofMillis(4));
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String BAD_LINE = "data: {\"" + StatusBehaviour.CANARY + "\n\n";

    private StreamRows() {}

    static List<Row> all() {
        return List.of(
                Row.of("A17a", "a stream without a token")
                        .streamed(FIVE.stallAfter(0))
                        .timesOut(),
                Row.of("A17b", "heartbeats without a token")
                        .streamed(call -> {
                            call.start(200, Map.of("content-type", "text/event-stream"));
                            beat(call);
                        })
                        .timesOut(),
                Row.of("A17c", "a stream that ends before its first token")
                        .streamed(FIVE.unfinishedAfter(0))
                        .told(502, "upstream_bad_response"),
                Row.of("A17d", "a stream that is reset before its first token")
                        .streamed(Behaviour.stream(5, Duration.ofMillis(20)).resetAfter(0))
                        .told(502, "upstream_bad_response"),
                late("A18", "a stream that stalls", FIVE.stallAfter(2)),
                late(
                        "A19a",
                        "a stream that is reset",
                        Behaviour.stream(5, Duration.ofMillis(20)).resetAfter(2)),
                late("A19b", "a stream that is cut off", FIVE.cutAfter(2)),
                late("A19c", "a stream that ends too early", FIVE.unfinishedAfter(2)),
                whole("A20a", "one bad line in a stream", FIVE.insertAfter(2, BAD_LINE)),
                whole("A20b", "one bad line before the first token", FIVE.insertAfter(0, BAD_LINE)),
                late(
                        "A20c",
                        "one bad line in a stream that is cut off",
                        FIVE.cutAfter(3).insertAfter(1, BAD_LINE)),
                Row.of("A21a", "overloaded, in an event before the first token")
                        .streamed(FIVE.insertAfter(0, error("overloaded_error")))
                        .comesBack(ComesBack.SOON)
                        .marks(Mark.cools(Duration.ofSeconds(5)))
                        .told(Told.error(429, "rate_limit_exceeded", 5)),
                Row.of("A21b", "an error, in an event before the first token")
                        .streamed(FIVE.insertAfter(0, error("api_error")))
                        .told(502, "upstream_server_error"),
                late("A21c", "an error, in an event after the first token", FIVE.insertAfter(2, error("api_error"))),
                late(
                                "A21d",
                                "overloaded, in an event after the first token",
                                FIVE.insertAfter(2, error("overloaded_error")))
                        .marks(Mark.cools(Duration.ofSeconds(5))),
                late("A23c", "a stream without an end", Behaviour.stream(Integer.MAX_VALUE, Duration.ofMillis(5)))
                        .marks(Mark.nothing()),
                Row.of("A24a", "a line without an end")
                        .streamed(Behaviour.flood(HEAD, longLine(), Long.MAX_VALUE))
                        .told(502, "upstream_bad_response"));
    }

    /** After the first token nobody else can answer. */
    private static Row late(String id, String fault, Behaviour behaviour) {
        return Row.of(id, fault).streamed(behaviour).ends(Told.interrupted());
    }

    private static Row whole(String id, String fault, Behaviour behaviour) {
        return Row.of(id, fault).streamed(behaviour).marks(Mark.nothing()).ends(Told.answer("t0 t1 t2 t3 t4 "));
    }

    private static void beat(FakeCall call) {
        call.chunk(": ping\n\n");
        call.later(Duration.ofMillis(5), () -> beat(call));
    }

    private static String error(String type) {
        return "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\""
                + StatusBehaviour.CANARY + "\"}}\n\n";
    }

    private static byte[] longLine() {
        return ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}

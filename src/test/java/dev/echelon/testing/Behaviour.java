package dev.echelon.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a {@link FakeProvider} does with one request. The answers here are written in the dialect of the request's path,
 * plain or streamed as it asks.
 */
@FunctionalInterface
public interface Behaviour {

    /** Called on the connection's event loop; must not block. */
    void answer(FakeCall call);

    /** The same, begun later. */
    default Behaviour after(Duration delay) {
        return call -> call.later(delay, () -> answer(call));
    }

    /** Holds requests back until this many have come, then answers all of them, and all later ones at once. */
    static Behaviour together(int count, Behaviour then) {
        Queue<FakeCall> held = new ConcurrentLinkedQueue<>();
        AtomicInteger come = new AtomicInteger();
        return call -> {
            held.add(call);
            if (come.incrementAndGet() >= count) {
                for (FakeCall next = held.poll(); next != null; next = held.poll()) {
                    FakeCall ready = next;
                    ready.later(Duration.ZERO, () -> then.answer(ready));
                }
            }
        };
    }

    /** A good answer with this text; a stream of it has an event a word. */
    static Behaviour text(String text) {
        return call -> write(call, WireFormat.of(call.seen()).text(call.seen(), text));
    }

    /** A good answer that names the model: {@code hello from gpt-4o}. */
    static Behaviour hello() {
        return call -> text("hello from " + call.seen().model()).answer(call);
    }

    /** A good answer that calls a tool. */
    static Behaviour toolCall(String name, String arguments) {
        return call -> write(call, WireFormat.of(call.seen()).toolCall(call.seen(), name, arguments));
    }

    /** A list of models. */
    static Behaviour modelList(String... ids) {
        return call -> respond(call, 200, WireFormat.of(call.seen()).models(List.of(ids)));
    }

    /** The description of one model. */
    static Behaviour model(String id) {
        return call -> respond(call, 200, WireFormat.of(call.seen()).model(id));
    }

    /** A stream of this many tokens, {@code t0 t1 t2 }..., whether or not it was asked for. */
    static StreamBehaviour stream(int tokens, Duration interval) {
        return StreamBehaviour.of(tokens, interval);
    }

    /** An answer with this status and, unless told otherwise, an error body of the dialect. */
    static StatusBehaviour status(int status) {
        return StatusBehaviour.of(status);
    }

    /** 200 with this JSON body, whatever it says. */
    static Behaviour json(String body) {
        return call -> respond(call, 200, body);
    }

    /** 200 with half a JSON document, correctly framed. */
    static Behaviour malformedJson() {
        return json("{\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"hel");
    }

    /** 200 whose content-length promises more than comes before the connection is closed. */
    static Behaviour truncated() {
        return call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{\"id\":");
            call.close();
        };
    }

    /** 200 in chunks, of which the first is all that comes before the connection is closed. */
    static Behaviour cutChunks() {
        return call -> {
            call.start(200, Map.of("content-type", contentType(call.seen())));
            call.chunk("{\"id\":");
            call.close();
        };
    }

    /** A good answer in whose text these bytes stand, whatever they are; a stream has them in an event of their own. */
    static Behaviour textWith(String bytes) {
        String place = "@@";
        return call -> {
            WireFormat.Answer answer = WireFormat.of(call.seen()).text(call.seen(), "hello " + place + " there");
            if (call.seen().stream()) {
                call.start(200, Map.of("content-type", "text/event-stream"));
                answer.events().forEach(event -> call.chunk(latin(event.replace(place, bytes))));
                call.end();
            } else {
                call.respond(
                        200,
                        Map.of("content-type", "application/json"),
                        latin(answer.body().replace(place, bytes)));
            }
        };
    }

    /** A good answer in chunks, with headers after its body. */
    static Behaviour trailers() {
        return call -> {
            WireFormat.Answer answer = WireFormat.of(call.seen())
                    .text(call.seen(), "hello from " + call.seen().model());
            call.start(200, Map.of("content-type", contentType(call.seen()), "trailer", "x-sum"));
            if (call.seen().stream()) {
                answer.events().forEach(call::chunk);
            } else {
                call.chunk(answer.body());
            }
            call.raw("0\r\nx-sum: 1\r\ncontent-length: 7\r\n\r\n");
            call.done();
        };
    }

    /** So many heads of this status, which announce nothing, before the answer. */
    static Behaviour interim(int count, String status, Behaviour then) {
        String heads = ("HTTP/1.1 " + status + "\r\n\r\n").repeat(count);
        return call -> {
            call.raw(heads);
            then.answer(call);
        };
    }

    /** This head, and then the same bytes again and again, so many in all, as fast as the other side reads. */
    static Behaviour flood(String head, byte[] piece, long most) {
        return call -> {
            call.raw(head);
            flood(call, piece, most);
        };
    }

    /** 200 whose body comes one byte an interval, with a correct content-length. */
    static Behaviour drip(String body, Duration interval) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + bytes.length
                    + "\r\n\r\n");
            drip(call, bytes, 0, interval);
        };
    }

    /** 200 and headers, and never a byte of the body. */
    static Behaviour headersOnly() {
        return call -> call.start(200, Map.of("content-type", contentType(call.seen())));
    }

    /** Takes the request and never says anything. */
    static Behaviour silence() {
        return call -> {};
    }

    /** Closes the connection without an answer. */
    static Behaviour close() {
        return FakeCall::close;
    }

    /** Resets the connection without an answer. */
    static Behaviour reset() {
        return FakeCall::reset;
    }

    /** Closes its half of the connection without an answer. */
    static Behaviour halfClose() {
        return FakeCall::halfClose;
    }

    /** These characters instead of an HTTP answer, then an ordinary close. */
    static Behaviour raw(String bytes) {
        return call -> {
            call.raw(bytes);
            call.close();
        };
    }

    private static void write(FakeCall call, WireFormat.Answer answer) {
        if (call.seen().stream()) {
            call.start(200, Map.of("content-type", "text/event-stream"));
            answer.events().forEach(call::chunk);
            call.end();
        } else {
            respond(call, 200, answer.body());
        }
    }

    private static void respond(FakeCall call, int status, String body) {
        call.respond(status, Map.of("content-type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void flood(FakeCall call, byte[] piece, long most) {
        while (call.writable() && call.seen().sentBytes() < most && !call.over()) {
            call.raw(piece);
        }
        if (call.seen().sentBytes() >= most) {
            call.done();
        } else {
            call.later(Duration.ofMillis(1), () -> flood(call, piece, most));
        }
    }

    private static String contentType(Seen seen) {
        return seen.stream() ? "text/event-stream" : "application/json";
    }

    private static void drip(FakeCall call, byte[] bytes, int next, Duration interval) {
        if (next == bytes.length) {
            call.done();
            return;
        }
        call.raw(new byte[] {bytes[next]});
        call.later(interval, () -> drip(call, bytes, next + 1, interval));
    }
}

package dev.echelon.faults;

import dev.echelon.faults.Row.ComesBack;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.StatusBehaviour;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Faults that come as an answer: statuses, bodies that are none, too much of everything. */
final class AnswerRows {

    private static final String CANARY = StatusBehaviour.CANARY;
    private static final String GOOD = """
            {"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"%1$s"},"finish_reason":"stop"}],\
            "content":[{"type":"text","text":"%1$s"}]}""".formatted(CANARY);
    private static final int PIECE = 64 * 1024;
    private static final long HUGE = 40L << 20;

    private AnswerRows() {}

    /** @param elsewhere a URL that must never be asked */
    static List<Row> all(String elsewhere) {
        return List.of(
                row("A1a", "429 that asks for more than the deadline")
                        .does(Behaviour.status(429).header("retry-after", "2"))
                        .within(Duration.ofMillis(1500))
                        .marks(Mark.cools(Duration.ofSeconds(2)))
                        .told(Told.error(429, "rate_limit_exceeded", 2)),
                row("A1b", "429 that asks for a moment")
                        .does(Behaviour.status(429).header("retry-after-ms", "300"))
                        .comesBack(ComesBack.LATE)
                        .marks(Mark.cools(Duration.ofMillis(300)))
                        .told(Told.error(429, "rate_limit_exceeded", 1)),
                rateLimited("A2", "429", Behaviour.status(429)),
                outOfQuota("A3a", "429 without quota", Behaviour.status(429).code("insufficient_quota")),
                outOfQuota("A3b", "402", Behaviour.status(402)),
                failed("A4", "500", Behaviour.status(500)),
                failed("A5a", "502 in HTML", html(502)),
                failed("A5b", "503 in HTML that asks for time", html(503).header("retry-after", "2")),
                rateLimited("A6a", "529", Behaviour.status(529)),
                rateLimited("A6b", "503 overloaded", Behaviour.status(503).code("overloaded_error")),
                broken("A7", "malformed JSON", Behaviour.malformedJson()),
                broken("A8a", "less than its length", Behaviour.truncated()),
                broken("A8b", "cut between chunks", Behaviour.cutChunks()),
                broken(
                        "A9",
                        "an answer that says it is HTML",
                        Behaviour.status(200).body("text/html", GOOD)),
                broken("A10a", "an error in a 200", Behaviour.status(200).code("api_error")),
                broken("A10b", "no choices", Behaviour.json("{\"id\":\"x\",\"choices\":[],\"content\":[]}")),
                outOfQuota("A10c", "no quota in a 200", Behaviour.status(200).code("insufficient_quota")),
                broken(
                        "A23a",
                        "a body of 40 MiB",
                        Behaviour.flood(
                                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + HUGE
                                        + "\r\n\r\n",
                                spaces(),
                                HUGE)),
                row("A23b", "a body without an end")
                        .plain(Behaviour.flood(
                                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
                                chunk(spaces()),
                                Long.MAX_VALUE))
                        .told(502, "upstream_bad_response"),
                row("A23e", "an error whose body has no end")
                        .does(Behaviour.flood(
                                "HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n",
                                chunk(spaces()),
                                Long.MAX_VALUE))
                        .told(502, "upstream_server_error"),
                broken(
                                "A24b",
                                "100,000 headers",
                                Behaviour.raw("HTTP/1.1 200 OK\r\n" + "x-h: 1\r\n".repeat(100_000)
                                        + "content-length: 0\r\n\r\n"))
                        .at(Place.FRESH),
                row("A25a", "bytes that are no UTF-8")
                        .does(Behaviour.textWith("\u00ff\u00fe"))
                        .marks(Mark.nothing())
                        .ends(Told.answer("\uFFFD")),
                row("A25b", "half a surrogate pair")
                        .does(Behaviour.textWith("\\ud800"))
                        .marks(Mark.nothing())
                        .ends(Told.answer("\uFFFD")),
                row("A26a", "a prompt that is too long")
                        .does(Behaviour.status(400).code("context_length_exceeded"))
                        .marks(Mark.nothing())
                        .ends(Told.error(400, "context_length_exceeded")),
                row("A26b", "a prompt that is too long for a small window")
                        .does(Behaviour.status(400).code("context_length_exceeded"))
                        .marks(Mark.nothing())
                        .next("C")
                        .told(400, "context_length_exceeded"),
                row("A27", "a prompt against the policy")
                        .does(Behaviour.status(400).code("content_policy_violation"))
                        .marks(Mark.nothing())
                        .ends(Told.error(400, "content_filter")),
                refused("A28a", 400),
                refused("A28b", 413),
                refused("A28c", 422),
                locked("A29a", 401),
                locked("A29b", 403),
                locked("A30", 404),
                broken("A31a", "301 to elsewhere", Behaviour.status(301).header("location", elsewhere)),
                broken("A31b", "307 to elsewhere", Behaviour.status(307).header("location", elsewhere)),
                fine("A32a", "100 before the answer", Behaviour.interim(1, "100 Continue", Behaviour.hello())),
                fine("A32b", "eight 103 before the answer", Behaviour.interim(8, "103 Early Hints", Behaviour.hello())),
                broken(
                        "A32c",
                        "nine 103 before the answer",
                        Behaviour.interim(9, "103 Early Hints", Behaviour.hello())),
                broken("A32d", "nine 100 before the answer", Behaviour.interim(9, "100 Continue", Behaviour.hello())),
                fine("A32e", "headers after the body", Behaviour.trailers()),
                broken(
                                "A32f",
                                "an upgrade that nobody asked for",
                                Behaviour.raw(
                                        "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + CANARY))
                        .at(Place.FRESH),
                broken("A32g", "anything but HTTP", Behaviour.raw(CANARY + "\r\n\r\n"))
                        .at(Place.FRESH));
    }

    private static Row row(String id, String fault) {
        return Row.of(id, fault);
    }

    private static Row rateLimited(String id, String fault, Behaviour behaviour) {
        return row(id, fault)
                .does(behaviour)
                .comesBack(ComesBack.SOON)
                .marks(Mark.cools(Duration.ofSeconds(5)))
                .told(Told.error(429, "rate_limit_exceeded", 5));
    }

    private static Row outOfQuota(String id, String fault, Behaviour behaviour) {
        return row(id, fault)
                .does(behaviour)
                .marks(Mark.quarantine(Duration.ofMinutes(10)))
                .told(503, "upstream_quota");
    }

    private static Row locked(String id, int status) {
        return row(id, Integer.toString(status))
                .does(Behaviour.status(status))
                .marks(Mark.quarantine(Duration.ofMinutes(5)))
                .told(502, "upstream_auth");
    }

    private static Row failed(String id, String fault, Behaviour behaviour) {
        return row(id, fault).does(behaviour).told(502, "upstream_server_error");
    }

    private static Row broken(String id, String fault, Behaviour behaviour) {
        return row(id, fault).does(behaviour).told(502, "upstream_bad_response");
    }

    private static Row refused(String id, int status) {
        return row(id, Integer.toString(status))
                .does(Behaviour.status(status))
                .marks(Mark.nothing())
                .ends(Told.error(status, "invalid_request"));
    }

    private static Row fine(String id, String fault, Behaviour behaviour) {
        return row(id, fault).does(behaviour).marks(Mark.nothing()).ends(Told.answer());
    }

    private static StatusBehaviour html(int status) {
        return Behaviour.status(status).body("text/html", "<html>" + CANARY + "</html>");
    }

    private static byte[] spaces() {
        byte[] spaces = new byte[PIECE];
        Arrays.fill(spaces, (byte) ' ');
        return spaces;
    }

    private static byte[] chunk(byte[] content) {
        String text = Integer.toHexString(content.length) + "\r\n" + new String(content, StandardCharsets.ISO_8859_1);
        return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}

package dev.echelon.bench;

import java.time.Duration;
import java.util.List;

/**
 * What the upstream does with a request.
 *
 * @param delay until a plain answer
 * @param answerBytes of a plain answer's text
 * @param events of a streamed answer; 0 answers plainly
 * @param interval between two events
 * @param tls whether it is spoken to over TLS, in HTTP/2 or 1.1 as the gateway likes; plain answers alone
 */
record Behaviour(Duration delay, int answerBytes, int events, Duration interval, boolean tls) {

    static Behaviour plain(Duration delay) {
        return new Behaviour(delay, 1024, 0, Duration.ZERO, false);
    }

    static Behaviour stream(int events, Duration interval) {
        return new Behaviour(Duration.ZERO, 0, events, interval, false);
    }

    Behaviour overTls() {
        return new Behaviour(delay, answerBytes, events, interval, true);
    }

    List<String> arguments() {
        return List.of(
                Long.toString(delay.toMillis()),
                Integer.toString(answerBytes),
                Integer.toString(events),
                Long.toString(interval.toMillis()),
                Boolean.toString(tls));
    }

    static Behaviour of(List<String> arguments) {
        return new Behaviour(
                Duration.ofMillis(Long.parseLong(arguments.get(0))),
                Integer.parseInt(arguments.get(1)),
                Integer.parseInt(arguments.get(2)),
                Duration.ofMillis(Long.parseLong(arguments.get(3))),
                Boolean.parseBoolean(arguments.get(4)));
    }
}

package dev.echelon.faults;

import dev.echelon.faults.Row.ComesBack;
import dev.echelon.testing.Behaviour;
import java.time.Duration;
import java.util.List;

/** Faults of connecting and of connections, and answers that do not come. */
final class ConnectionRows {

    private ConnectionRows() {}

    static List<Row> all() {
        return List.of(
                lost("A11", "connecting is refused").at(Place.REFUSED),
                Row.of("A12", "connecting never ends").at(Place.BLACKHOLE).timesOut(),
                lost("A13a", "a certificate that has expired").at(Place.EXPIRED),
                lost("A13b", "a certificate for another host").at(Place.WRONG_HOST),
                lost("A13c", "a certificate of an unknown authority").at(Place.UNTRUSTED),
                Row.of("A13d", "a TLS handshake that never ends").at(Place.MUTE).timesOut(),
                Row.of("A13e", "a certificate that is good")
                        .does(Behaviour.hello())
                        .at(Place.TLS)
                        .marks(Mark.nothing())
                        .ends(Told.answer()),
                lost("A14a", "a host name that does not exist").at(Place.UNKNOWN_NAME),
                lost("A14b", "a name server that does not answer").at(Place.SILENT_NAME),
                Row.of("A15a", "no answer").does(Behaviour.silence()).timesOut(),
                Row.of("A15b", "a head without a body")
                        .does(Behaviour.headersOnly())
                        .timesOut(),
                Row.of("A16", "a body that drips")
                        .plain(Behaviour.drip("{\"id\":\"x\"," + " ".repeat(1000), Duration.ofMillis(50)))
                        .timesOut(),
                lost("A22a", "closed for writing without an answer")
                        .does(Behaviour.halfClose())
                        .at(Place.FRESH),
                Row.of("A22b", "closed for writing within the answer")
                        .does(call -> {
                            call.raw(
                                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{");
                            call.halfClose();
                        })
                        .told(502, "upstream_bad_response"),
                lost("A22c", "closed without an answer").does(Behaviour.close()).at(Place.FRESH),
                lost("A22d", "reset without an answer").does(Behaviour.reset()).at(Place.FRESH));
    }

    private static Row lost(String id, String fault) {
        return Row.of(id, fault).comesBack(ComesBack.SOON).told(502, "upstream_network_error");
    }
}

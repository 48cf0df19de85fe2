package dev.echelon.bench;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** HAProxy as a plain proxy with keep-alive, a thread a core. */
record HaProxy(Path program) implements Subject {

    static final String NAME = "HAProxy";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        int port = Ports.free();
        Path configuration = workshop.folder().resolve("haproxy.cfg");
        Files.writeString(configuration, """
                global
                  maxconn 9000
                defaults
                  mode http
                  # events are to leave at once
                  option http-no-delay
                  timeout connect 10s
                  timeout client 120s
                  timeout server 120s
                frontend callers
                  bind 127.0.0.1:%d backlog 16384
                  default_backend models
                backend models
                  balance roundrobin
                  http-reuse always
                  server a 127.0.0.1:%d
                  server b 127.0.0.1:%d
                """.formatted(
                        port, workshop.upstreams().get(0), workshop.upstreams().get(1)));
        Path log = workshop.folder().resolve("haproxy.log");
        Child child = Child.start(List.of(program.toString(), "-db", "-f", configuration.toString()), Map.of(), log);
        return workshop.started(NAME, child, log, new Callers.Endpoint(port, Map.of()), false);
    }
}

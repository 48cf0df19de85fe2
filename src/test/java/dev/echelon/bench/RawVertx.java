package dev.echelon.bench;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@link RawProxy} as a process.
 *
 * @param options further ones of its JVM
 */
record RawVertx(Jdk jdk, List<String> options) implements Subject {

    RawVertx(Jdk jdk) {
        this(jdk, List.of());
    }

    static String name(Jdk jdk) {
        return "raw Vert.x, JDK " + jdk.release();
    }

    @Override
    public String name() {
        return name(jdk);
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        int port = Ports.free();
        Path log = workshop.folder().resolve("raw-vertx-" + jdk.release() + ".log");
        List<String> command = new ArrayList<>(List.of(jdk.java()));
        command.addAll(options);
        command.addAll(RawProxy.command(port, workshop.upstreams()));
        return workshop.started(
                name(), Child.start(command, Map.of(), log), log, new Callers.Endpoint(port, Map.of()), true);
    }
}

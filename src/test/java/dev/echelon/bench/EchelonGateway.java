package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The packaged gateway, started by {@code bin/echelon} with everything on: breaker, limits, health, metrics, trace,
 * hold-back.
 *
 * @param name in tables
 * @param instances configured models, over two providers
 * @param requestLog whether each request is a line of the log
 * @param options further options for its JVM
 */
record EchelonGateway(String name, Jdk jdk, int instances, boolean requestLog, String options) implements Subject {

    static String name(Jdk jdk) {
        return "Echelon, JDK " + jdk.release();
    }

    static EchelonGateway of(Jdk jdk) {
        return new EchelonGateway(name(jdk), jdk, 2, false, "");
    }

    EchelonGateway withRequestLog() {
        return new EchelonGateway(name + ", request log", jdk, instances, true, options);
    }

    EchelonGateway withInstances(int count) {
        return new EchelonGateway(name + ", %,d instances".formatted(count), jdk, count, requestLog, options);
    }

    EchelonGateway withOptions(String suffix, String more) {
        return new EchelonGateway(name + ", " + suffix, jdk, instances, requestLog, more);
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        int port = Workshop.freePort();
        String file = name.replaceAll("[^A-Za-z0-9]+", "-");
        Path configs = workshop.folder().resolve(file);
        EchelonConfig.write(configs, workshop.upstreams(), instances, requestLog);
        Path log = workshop.folder().resolve(file + ".log");
        Child child = Child.start(
                List.of(
                        "bin/echelon",
                        "serve",
                        "--configs",
                        configs.toString(),
                        "--routes",
                        "routes",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--management-port",
                        Integer.toString(Workshop.freePort()),
                        "--drain-notice",
                        "0",
                        "--drain-timeout",
                        "1"),
                Map.of("JAVA_HOME", jdk.home().toString(), "ECHELON_JAVA_OPTS", options),
                log);
        return workshop.started(name, child, log, new Callers.Endpoint(port, Map.of()), true);
    }
}

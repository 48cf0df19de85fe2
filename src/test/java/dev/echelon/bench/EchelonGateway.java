package dev.echelon.bench;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * The packaged gateway, started by {@code bin/echelon} with everything on: breaker, limits, health, metrics, trace,
 * hold-back.
 *
 * @param name in tables
 * @param instances configured models, over two providers
 * @param requestLog whether each request is a line of the log
 * @param home the folder that holds {@code bin/echelon} and {@code target/echelon.jar}
 * @param options further ones of its JVM
 */
record EchelonGateway(String name, Jdk jdk, int instances, boolean requestLog, Path home, String options)
        implements Subject {

    static String name(Jdk jdk) {
        return "Echelon, JDK " + jdk.release();
    }

    /** With many configured models. */
    static String name(Jdk jdk, int instances) {
        return name(jdk) + ", %,d instances".formatted(instances);
    }

    /** Started without the build's class-data archive. */
    static String withoutArchive(Jdk jdk) {
        return name(jdk) + ", no archive";
    }

    static EchelonGateway of(Jdk jdk) {
        return new EchelonGateway(name(jdk), jdk, 2, false, Path.of(""), "");
    }

    EchelonGateway withOptions(String more) {
        return new EchelonGateway(name, jdk, instances, requestLog, home, more);
    }

    EchelonGateway withRequestLog() {
        return new EchelonGateway(name + ", request log", jdk, instances, true, home, options);
    }

    EchelonGateway withInstances(int count) {
        return new EchelonGateway(name(jdk, count), jdk, count, requestLog, home, options);
    }

    /** In a folder of its own, which lacks the class-data archive of the build. */
    EchelonGateway withoutArchive(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("bin"));
        Files.createDirectories(folder.resolve("target"));
        Files.copy(Path.of("bin/echelon"), folder.resolve("bin/echelon"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(Path.of("target/echelon.jar"), folder.resolve("target/echelon.jar"));
        return new EchelonGateway(withoutArchive(jdk), jdk, instances, requestLog, folder, options);
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        Path configs = workshop.folder().resolve(name.replaceAll("[^A-Za-z0-9]+", "-"));
        EchelonConfig.write(configs, workshop.upstreams(), instances, requestLog);
        return serve(workshop, configs);
    }

    /** With a configuration that is there already. */
    Running serve(Workshop workshop, Path configs) throws IOException {
        List<Integer> ports = Ports.free(2);
        int port = ports.get(0);
        Path log = configs.resolveSibling(configs.getFileName() + ".log");
        Child child = Child.start(
                List.of(
                        home.resolve("bin/echelon").toString(),
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
                        Integer.toString(ports.get(1)),
                        "--drain-notice",
                        "0",
                        "--drain-timeout",
                        "1"),
                Map.of("JAVA_HOME", jdk.home().toString(), "ECHELON_JAVA_OPTS", options),
                log);
        return workshop.started(name, child, log, new Callers.Endpoint(port, Map.of()), true);
    }
}

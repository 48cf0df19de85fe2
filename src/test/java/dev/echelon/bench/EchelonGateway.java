package dev.echelon.bench;

import dev.echelon.domain.ConnectionRules.Http2;
import dev.echelon.testing.Certificates;
import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The packaged gateway, started by {@code bin/echelon} with everything on: breaker, limits, health, metrics, trace,
 * hold-back.
 *
 * @param name in tables
 * @param instances configured models, over two providers
 * @param requestLog whether each request is a line of the log
 * @param home the folder that holds {@code bin/echelon} and {@code target/echelon.jar}
 * @param options further ones of its JVM
 * @param http2 how it speaks to an upstream with TLS; {@code null} for one in the clear
 */
record EchelonGateway(
        String name,
        Jdk jdk,
        int instances,
        boolean requestLog,
        Path home,
        String options,
        @Nullable Http2 http2) implements Subject {

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
        return new EchelonGateway(name(jdk), jdk, 2, false, Path.of(""), "", null);
    }

    EchelonGateway withOptions(String more) {
        return new EchelonGateway(name, jdk, instances, requestLog, home, more, http2);
    }

    EchelonGateway withRequestLog() {
        return new EchelonGateway(name + ", request log", jdk, instances, true, home, options, http2);
    }

    /** To an upstream with TLS. */
    EchelonGateway overTls(Http2 spoken) {
        String protocol = spoken == Http2.NEVER ? ", HTTP/1.1 to models" : ", HTTP/2 to models";
        return new EchelonGateway(name + protocol, jdk, instances, requestLog, home, options, spoken);
    }

    EchelonGateway withInstances(int count) {
        return new EchelonGateway(name(jdk, count), jdk, count, requestLog, home, options, http2);
    }

    /** In a folder of its own, which lacks the class-data archive of the build. */
    EchelonGateway withoutArchive(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("bin"));
        Files.createDirectories(folder.resolve("target"));
        Files.copy(Path.of("bin/echelon"), folder.resolve("bin/echelon"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(Path.of("target/echelon.jar"), folder.resolve("target/echelon.jar"));
        return new EchelonGateway(withoutArchive(jdk), jdk, instances, requestLog, folder, options, http2);
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        Path configs = workshop.folder().resolve(name.replaceAll("[^A-Za-z0-9]+", "-"));
        EchelonConfig.write(configs, workshop.upstreams(), this);
        return serve(workshop, configs);
    }

    private String trust(Workshop workshop) {
        return http2 == null
                ? ""
                : " -Djavax.net.ssl.trustStore=" + workshop.trustStore() + " -Djavax.net.ssl.trustStorePassword="
                        + String.valueOf(Certificates.PASSWORD);
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
                Map.of("JAVA_HOME", jdk.home().toString(), "ECHELON_JAVA_OPTS", options + trust(workshop)),
                log);
        return workshop.started(name, child, log, new Callers.Endpoint(port, Map.of()), true);
    }
}

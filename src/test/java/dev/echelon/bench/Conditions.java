package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What has to be known to read the figures. */
final class Conditions {

    private Conditions() {}

    static List<String> of(List<Jdk> jdks, Peers peers) throws IOException {
        List<String> conditions = new ArrayList<>();
        conditions.add("%d cores (%s), shared by gateway, upstream and load generator; Linux %s; load average now %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        System.getProperty("os.version"),
                        Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]));
        conditions.add("JDKs: "
                + jdks.stream().map(jdk -> Integer.toString(jdk.release())).collect(Collectors.joining(", "))
                + "; transport of load generator, upstream and the JVM's gateways: " + Loops.kind());
        conditions.add("CPU is the process's own by the kernel's account, its children and all its threads included;"
                + " gateways take turns within a round");
        conditions.add(
                "Whether load generator and upstream are in the way: compare \"direct\", the same load with nothing"
                        + " between, and their own CPU per request beside each gateway's");
        if (!peers.missing().isEmpty()) {
            conditions.add("**NOT INSTALLED, hence not measured: " + String.join(", ", peers.missing())
                    + "** (bench/install-peers)");
        }
        long descriptors = Descriptors.limit();
        if (descriptors < Descriptors.forStreams(Catalogue.MOST_STREAMS)) {
            conditions.add("ulimit -n is %,d here: %,d streams in place of %,d"
                    .formatted(descriptors, Descriptors.streams(Catalogue.MOST_STREAMS), Catalogue.MOST_STREAMS));
        }
        return conditions;
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}

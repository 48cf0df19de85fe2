package dev.echelon.bench;

import dev.echelon.domain.ConnectionRules.Http2;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All experiments, and who takes part in each. */
final class Catalogue {

    static final int MOST_STREAMS = 10_000;

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final List<Integer> PROMPT_KB = List.of(1, 4, 16, 64, 256, 1024);

    private final Loops loops;
    private final List<Jdk> jdks;
    private final Peers peers;

    Catalogue(Loops loops, List<Jdk> jdks, Peers peers) {
        this.loops = loops;
        this.jdks = jdks;
        this.peers = peers;
    }

    List<Experiment> all() throws IOException {
        List<Subject> echelons = new ArrayList<>();
        List<Subject> jvms = new ArrayList<>();
        for (Jdk jdk : jdks) {
            echelons.add(EchelonGateway.of(jdk));
            jvms.add(new RawVertx(jdk));
            jvms.add(EchelonGateway.of(jdk));
        }
        List<Subject> most = new ArrayList<>(List.of(new Direct()));
        most.addAll(peers.plain());
        most.addAll(jvms);
        List<Subject> all = new ArrayList<>(most);
        all.addAll(peers.forModels());
        List<Subject> withLog = new ArrayList<>(all);
        withLog.add(EchelonGateway.of(jdks.get(0)).withRequestLog());
        return List.of(
                new Interleaved(
                        new Throughput(loops, "throughput", 64, 1024, Throughput.WarmUp.FULL, SECOND.multipliedBy(3)),
                        withLog,
                        5),
                new Interleaved(new Streams(loops, 500, 50, Duration.ofMillis(20), SECOND, 8), all, 3),
                new Interleaved(new FixedRate(200, SECOND.multipliedBy(6)), all, 3),
                new Interleaved(new SlowCalls(loops, 2000, SECOND.multipliedBy(4)), most, 1),
                new Interleaved(new SlowCalls(loops, 5000, SECOND.multipliedBy(4)), all, 2),
                new Interleaved(
                        new Streams(loops, 5000, 20, Duration.ofMillis(200), SECOND.multipliedBy(2), 1), most, 1),
                new Interleaved(
                        new Streams(
                                loops,
                                "streams-" + MOST_STREAMS,
                                Descriptors.streams(MOST_STREAMS),
                                20,
                                SECOND,
                                SECOND.multipliedBy(8),
                                1),
                        echelons,
                        1),
                new StartUp("start", starting(), 5),
                new StartUp("start-many", startingWithMany(), 1),
                new Interleaved(
                        new Throughput(loops, "instances", 64, 1024, Throughput.WarmUp.FULL, SECOND.multipliedBy(3)),
                        instances(),
                        3),
                new PromptSizes(loops, jvms, PROMPT_KB, SECOND.multipliedBy(3)),
                new Interleaved(
                        new OverTls(
                                "tls-throughput",
                                new Throughput(loops, "", 64, 1024, Throughput.WarmUp.FULL, SECOND.multipliedBy(3))),
                        overTls(),
                        3));
    }

    private List<Subject> overTls() {
        EchelonGateway echelon = EchelonGateway.of(jdks.get(0));
        return List.of(echelon.overTls(Http2.NEVER), echelon.overTls(Http2.AUTO));
    }

    private List<Subject> starting() throws IOException {
        List<Subject> starting = new ArrayList<>();
        for (Jdk jdk : jdks) {
            EchelonGateway echelon = EchelonGateway.of(jdk);
            starting.add(echelon);
            starting.add(echelon.withoutArchive(Files.createTempDirectory("echelon-bench")));
            starting.add(new RawVertx(jdk));
        }
        starting.addAll(peers.forModels());
        return starting;
    }

    private List<Subject> startingWithMany() {
        List<Subject> starting = new ArrayList<>();
        for (Jdk jdk : jdks) {
            starting.add(EchelonGateway.of(jdk).withInstances(1000));
            starting.add(EchelonGateway.of(jdk).withInstances(10_000));
        }
        return starting;
    }

    private List<Subject> instances() {
        List<Subject> instances = new ArrayList<>();
        for (Jdk jdk : jdks) {
            instances.add(EchelonGateway.of(jdk).withInstances(10));
            instances.add(EchelonGateway.of(jdk).withInstances(1000));
        }
        return instances;
    }
}

package dev.echelon.domain;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Selection: one pick, and the whole first step of a request's walk, all instances ready. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StrategiesBenchmark {

    @Param({"round_robin", "random", "weighted", "least_connections"})
    public String strategy = "";

    @Param({"10", "1000", "10000"})
    public int instances;

    private List<Plan.Candidate> candidates = List.of();
    private Strategy picking = Strategies.roundRobin();
    private Plan plan = new Plan("p", List.of());
    private final Walk walk = new Walk(new Walk.Rules(Duration.ofSeconds(1), 4, 0.2));
    private final InstanceStates ready = new AllReady();

    @Setup
    public void plan() {
        candidates = StrategiesTest.candidates(instances);
        picking = switch (strategy) {
            case "round_robin" -> Strategies.roundRobin();
            case "random" -> Strategies.random(() -> ThreadLocalRandom.current().nextInt());
            case "least_connections" -> Strategies.leastConnections();
            default ->
                Strategies.weighted(List.of(
                        new Strategies.Share(2, candidates.subList(0, instances / 2)),
                        new Strategies.Share(1, candidates.subList(instances / 2, instances))));
        };
        plan = new Plan("p", List.of(new Plan.Tier("p", "p", candidates, picking, 2)));
    }

    @Benchmark
    public Plan.Candidate pick() {
        return Objects.requireNonNull(picking.pick(candidates, false, it -> true, it -> 0));
    }

    @Benchmark
    public Step firstStep() {
        Ledger ledger = new Ledger(0, Duration.ofMinutes(2).toNanos(), 7, Set.of(), null);
        return walk.next(plan, ledger, ready, 1, (candidate, why, waitNanos) -> {});
    }
}

package dev.echelon.route;

import dev.echelon.domain.BreakerRules;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What a closed breaker costs an attempt that succeeds; two threads share it, as two event loops do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Threads(2)
public class InstanceBreakerBenchmark {

    private final InstanceBreaker breaker = new InstanceBreaker(
            "g.e/m:x",
            new BreakerRules(5, Duration.ofSeconds(60), 1),
            Duration.ofSeconds(30),
            CircuitBreakerRegistry.ofDefaults(),
            System::nanoTime,
            () -> 0);

    @Benchmark
    public long condition() {
        return breaker.waitNanos(System.nanoTime());
    }

    @Benchmark
    public void attempt() {
        Objects.requireNonNull(breaker.acquire(false)).succeeded(1_000_000);
    }
}

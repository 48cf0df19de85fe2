package dev.echelon.domain;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What limits cost a request that they let through; two threads share them, as two event loops do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Threads(2)
public class LimitsBenchmark {

    private static final int MANY = 1_000_000_000;

    private final ConcurrencyLimit concurrency = new ConcurrencyLimit(100_000);
    private final RateLimit bucket = RateLimit.tokenBucket(MANY, MANY, System.nanoTime());
    private final RateLimit window = RateLimit.fixedWindow(1_000_000_000L, MANY, System.nanoTime());

    @Benchmark
    public boolean concurrency() {
        boolean taken = concurrency.tryAcquire(Lane.INTERACTIVE);
        concurrency.release(1_000);
        return taken;
    }

    @Benchmark
    public long tokenBucket() {
        return bucket.tryAcquire(System.nanoTime());
    }

    @Benchmark
    public long fixedWindow() {
        return window.tryAcquire(System.nanoTime());
    }
}

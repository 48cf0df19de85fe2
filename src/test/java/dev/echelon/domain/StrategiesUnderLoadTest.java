package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.Strategies.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Eight threads pick ten thousand times each. */
class StrategiesUnderLoadTest {

    private static final int THREADS = 8;
    private static final int PICKS = 10_000;

    private final List<Plan.Candidate> four = StrategiesTest.candidates(4);

    @Test
    void roundRobinStaysExact() throws Exception {
        assertThat(hammer(Strategies.roundRobin()).values()).containsOnly(20_000L);
    }

    @Test
    void randomStaysWithinTwoPercent() throws Exception {
        Random random = new Random(1);
        assertThat(hammer(Strategies.random(random::nextInt)).values())
                .allSatisfy(it -> assertThat(it).isBetween(19_400L, 20_600L));
    }

    @Test
    void weightsStayExactAndMembersEven() throws Exception {
        Map<Plan.Candidate, Long> counts = hammer(Strategies.weighted(List.of(
                new Share(10, four.subList(0, 2)),
                new Share(5, four.subList(2, 3)),
                new Share(1, four.subList(3, 4)))));

        assertThat(counts)
                .containsEntry(four.get(2), 25_000L)
                .containsEntry(four.get(3), 5_000L)
                .containsEntry(four.get(0), 25_000L)
                .containsEntry(four.get(1), 25_000L);
    }

    @Test
    void leastConnectionsPicksSomeoneEveryTime() throws Exception {
        assertThat(hammer(Strategies.leastConnections()).values().stream()
                        .mapToLong(it -> it)
                        .sum())
                .isEqualTo((long) THREADS * PICKS);
    }

    private Map<Plan.Candidate, Long> hammer(Strategy strategy) throws Exception {
        Map<Plan.Candidate, LongAdder> counts = new ConcurrentHashMap<>();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            Callable<Boolean> work = () -> {
                start.await();
                for (int i = 0; i < PICKS; i++) {
                    counts.computeIfAbsent(StrategiesTest.pick(strategy, four, it -> true), any -> new LongAdder())
                            .increment();
                }
                return true;
            };
            List<Future<Boolean>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(work));
            }
            start.countDown();
            for (Future<Boolean> future : running) {
                assertThat(future.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
        Map<Plan.Candidate, Long> sums = new java.util.HashMap<>();
        counts.forEach((who, count) -> sums.put(who, count.sum()));
        return sums;
    }
}

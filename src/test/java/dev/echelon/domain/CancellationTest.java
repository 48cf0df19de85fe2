package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancellationTest {

    @Test
    void listenersRunOnceInTheirOrder() {
        Cancellation cancellation = new Cancellation();
        List<String> heard = new ArrayList<>();
        cancellation.onCancel(() -> heard.add("one"));
        cancellation.onCancel(() -> heard.add("two"));
        assertThat(cancellation.isCancelled()).isFalse();

        cancellation.cancel();
        cancellation.cancel();

        assertThat(cancellation.isCancelled()).isTrue();
        assertThat(heard).containsExactly("one", "two");
    }

    @Test
    void whoListensTooLateHearsAtOnce() {
        Cancellation cancellation = new Cancellation();
        cancellation.cancel();
        AtomicInteger heard = new AtomicInteger();

        cancellation.onCancel(heard::incrementAndGet).remove();

        assertThat(heard).hasValue(1);
    }

    @Test
    void whoIsTakenBackHearsNothing() {
        Cancellation cancellation = new Cancellation();
        AtomicInteger heard = new AtomicInteger();
        cancellation.onCancel(heard::incrementAndGet).remove();

        cancellation.cancel();

        assertThat(heard).hasValue(0);
    }

    @Test
    void nobodyIsMissedOrCalledTwiceInARace() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 500; i++) {
                Cancellation cancellation = new Cancellation();
                CyclicBarrier start = new CyclicBarrier(2);
                AtomicInteger heard = new AtomicInteger();
                Future<Integer> listening = threads.submit(() -> {
                    start.await();
                    cancellation.onCancel(heard::incrementAndGet);
                    return 0;
                });
                Future<Integer> cancelling = threads.submit(() -> {
                    start.await();
                    cancellation.cancel();
                    return 0;
                });
                assertThat(listening.get() + cancelling.get()).isZero();
                assertThat(heard).hasValue(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aTraceSaysWhoWasAskedAndWhoWasPassedOver() {
        DecisionTrace trace = new DecisionTrace();
        trace.add(new DecisionTrace.Entry("a", "timeout", "first", 0, 2_001_000_000L, 0));
        trace.add(new DecisionTrace.Entry("b", "breaker_open", null, 5, 0, 0));

        assertThat(trace).hasToString("a=timeout@2001ms, b=breaker_open");
        assertThat(trace.entries()).extracting(DecisionTrace.Entry::attempted).containsExactly(true, false);
    }
}

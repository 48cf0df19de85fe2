package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.BreakerRules;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The breaker does what twenty lines of plain code do, in any order of events. */
class InstanceBreakerModelTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long RECOVERY = 20;

    @Property(tries = 300)
    void agreesWithTheModel(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 8) int threshold,
            @ForAll @IntRange(min = 1, max = 4) int probes) {
        Random random = new Random(seed);
        long start = SECOND * 1_000;
        long[] now = {start};
        InstanceBreaker breaker = new InstanceBreaker(
                "i",
                new BreakerRules(threshold, Duration.ofSeconds(RECOVERY), probes),
                Duration.ofSeconds(30),
                CircuitBreakerRegistry.ofDefaults(),
                () -> now[0],
                () -> 0);
        Model model = new Model(threshold, probes, start);
        List<Running> running = new ArrayList<>();
        double badness = random.nextDouble();
        for (int i = 0; i < 300; i++) {
            long step = random.nextInt(30) == 0 ? random.nextInt(700) * SECOND : random.nextInt(4) * SECOND / 2;
            now[0] += step + 1_000_000;
            boolean forced = random.nextInt(4) == 0 && breaker.probeable(now[0], false);
            InstanceBreaker.Permission permission = breaker.acquire(forced);
            boolean taken = permission != null;
            assertThat(taken).as("taken at step %d", i).isEqualTo(model.acquire(forced, now[0]));
            if (permission != null) {
                running.add(new Running(permission, model.era, now[0]));
                model.begun(now[0]);
            }
            while (!running.isEmpty() && random.nextInt(3) > 0) {
                Running over = running.remove(random.nextInt(running.size()));
                boolean late = over.era() != model.era || model.isLost(over.begunAt());
                switch (random.nextInt(8) == 0 ? 2 : random.nextDouble() < badness ? 1 : 0) {
                    case 0 -> {
                        over.permission().succeeded(1);
                        if (!late) {
                            model.over(over.begunAt());
                            model.success(now[0]);
                        }
                    }
                    case 1 -> {
                        over.permission().failed(1, new Exception());
                        if (!late) {
                            model.over(over.begunAt());
                            model.failure(now[0]);
                        }
                    }
                    default -> {
                        over.permission().release();
                        if (!late) {
                            model.over(over.begunAt());
                            model.release();
                        }
                    }
                }
            }
            assertThat(breaker.state()).as("state at step %d", i).isEqualTo(model.state);
            if (model.state == State.OPEN) {
                assertThat(breaker.waitNanos(now[0])).isEqualTo(Math.max(0, model.openUntil - now[0]));
            }
        }
    }

    /** An attempt under way, and when it was begun as the model sees it. */
    private record Running(InstanceBreaker.Permission permission, int era, long begunAt) {}

    private static final class Model {

        private final int threshold;
        private final int probes;
        private final long start;
        private final List<long[]> window = new ArrayList<>();
        private State state = State.CLOSED;
        private int failures;
        private int openings;
        private int era;
        private int taken;
        private final List<Long> probing = new ArrayList<>();
        private int successes;
        private long openUntil;
        private long closedAt = Long.MAX_VALUE;

        Model(int threshold, int probes, long start) {
            this.threshold = threshold;
            this.probes = probes;
            this.start = start;
        }

        boolean acquire(boolean forced, long now) {
            if (state == State.OPEN && (forced || now > openUntil)) {
                enter(State.HALF_OPEN);
                taken = 0;
                probing.clear();
                successes = 0;
            }
            int before = probing.size();
            probing.removeIf(begun -> now - begun >= 35 * SECOND);
            taken -= before - probing.size();
            if (state == State.OPEN || (state == State.HALF_OPEN && taken >= probes)) {
                return false;
            }
            taken++;
            return true;
        }

        void begun(long now) {
            if (state == State.HALF_OPEN) {
                probing.add(now);
            }
        }

        /** Whether it was a probe that has been given up. */
        boolean isLost(long begun) {
            return state == State.HALF_OPEN && !probing.contains(begun);
        }

        void over(long begun) {
            probing.remove(begun);
        }

        void release() {
            if (state == State.HALF_OPEN) {
                taken--;
            }
        }

        private void enter(State next) {
            state = next;
            era++;
        }

        void success(long now) {
            failures = 0;
            if (state == State.HALF_OPEN) {
                successes++;
                if (successes == probes) {
                    enter(State.CLOSED);
                    closedAt = now;
                    window.clear();
                }
            } else {
                record(now, 0);
            }
        }

        void failure(long now) {
            failures++;
            if (state == State.HALF_OPEN) {
                open(now);
            } else {
                record(now, 1);
                if (state == State.CLOSED && failures >= threshold) {
                    open(now);
                }
            }
        }

        private void record(long now, long failed) {
            long second = (now - start) / SECOND;
            window.add(new long[] {second, failed});
            window.removeIf(it -> second - it[0] >= 30);
            long bad = window.stream().mapToLong(it -> it[1]).sum();
            if (window.size() >= 10 && bad * 2 >= window.size()) {
                open(now);
            }
        }

        private void open(long now) {
            failures = 0;
            enter(State.OPEN);
            if (closedAt == Long.MAX_VALUE && openUntil > now) {
                return;
            }
            boolean healthy = closedAt != Long.MAX_VALUE && now - closedAt >= 300 * SECOND;
            openings = healthy ? 1 : openings + 1;
            openUntil = now + Math.min(RECOVERY * openings, 300) * SECOND;
            closedAt = Long.MAX_VALUE;
        }
    }
}
